from bench.demo.__main__ import run


def test_the_lunch_rush_ends_with_all_three_agreeing(world, capsys):
    """A lunch, doubled and shuffled, presses in Odoo: what platform, bridge and Odoo know is the same."""
    code = run(world)
    told = capsys.readouterr().out.splitlines()
    assert code == 0, "\n".join(line for line in told if "✓" not in line)
