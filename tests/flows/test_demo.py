from bench.demo.__main__ import run


def test_the_lunch_rush_ends_with_all_three_agreeing(world, capsys):
    """Thirty orders, doubled and shuffled, presses in Odoo: what platform, bridge and Odoo know is the same."""
    assert run(world) == 0, capsys.readouterr().out
