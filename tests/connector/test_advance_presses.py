from dataclasses import replace

import pytest

from connector.platforms.meituan import TRAITS as MEITUAN
from tests.connector.test_advance import ACCEPTED, NEW, at
from tests.doubles import ORDER, event, pressed


@pytest.fixture
def sold(world):
    world.push(NEW, ACCEPTED)
    world.pass_window()
    return world


def test_a_press_of_our_own_kitchen_moves_the_order_and_is_done(sold):
    sold.hear(pressed("start", 1, at=sold.clock.now()))
    sold.settle()
    assert sold.erp.documents[ORDER].state == "preparing"
    assert sold.erp.documents[ORDER].consumed_at == sold.clock.now()
    assert sold.erp.results[1].state == "done"
    assert sold.platform.performed == []


def test_a_press_about_the_platform_calls_it_and_moves_nothing_by_itself(world):
    world.push(NEW)
    world.hear(pressed("reject", 1, reason_code="others"))
    world.settle()
    [command] = world.platform.performed
    assert (command.key, command.action, command.args) == ("cmd-1", "reject", {"reason_code": "others"})
    assert world.erp.documents[ORDER].state == "new"
    assert (world.erp.results[1].state, world.erp.results[1].result) == ("done", "ok")


def test_ready_tells_the_platform_and_moves_the_order(sold):
    sold.hear(pressed("ready", 1, at=sold.clock.now()))
    sold.settle()
    assert [command.action for command in sold.platform.performed] == ["ready"]
    assert sold.erp.documents[ORDER].state == "prepared"


def test_taking_over_an_imported_order_tells_the_platform_nothing(sold):
    sold.hear(pressed("accept", 1, at=sold.clock.now()))
    sold.settle()
    assert sold.platform.performed == []
    assert sold.erp.documents[ORDER].state == "accepted"


def test_the_same_press_again_has_one_effect_and_one_answer(world):
    world.push(NEW)
    for _ in range(3):
        world.hear(pressed("accept", 1))
        world.settle()
    assert len(world.platform.performed) == 1
    assert list(world.erp.results) == [1]


def test_a_press_that_does_not_fit_is_refused_before_the_platform_is_asked(sold):
    sold.hear(pressed("reject", 1))
    sold.settle()
    assert sold.platform.performed == []
    assert sold.erp.results[1].state == "refused"
    assert "不可操作" in sold.erp.results[1].result


@pytest.mark.parametrize(("order", "lane"), [("eleme:999", "eleme:1"), (ORDER, "eleme:2"), (None, "eleme:1")])
def test_a_press_on_an_order_that_the_shop_does_not_have_is_refused(world, order, lane):
    world.open_shop("eleme:2")
    world.push(NEW)
    world.settle()
    world.hear(pressed("accept", 1, order, lane=lane))
    world.settle(lane)
    assert world.erp.results[1].state == "refused"
    assert world.platform.performed == []


def test_a_verdict_is_kept_with_its_event_and_never_given_again(sold):
    sold.hear(pressed("reject", 1), pressed("start", 2, at=sold.clock.now()))
    sold.settle()
    verdicts = sold.rows("SELECT reason FROM inbox WHERE source = 'odoo' ORDER BY id")
    assert [verdict.partition(":")[0] for (verdict,) in verdicts] == ["refused", "done"]
    sold.erp.results.clear()
    sold.push(at(51, 200))
    sold.settle()
    assert sold.erp.results == {}


def test_an_answer_to_a_reminder_carries_its_number(world):
    reminder = at(45, 100).__class__(key="45", kind="note", at=1, code=45, note="8877")
    world.push(NEW)
    world.hear(event(ORDER, reminder), pressed("answer_reminder", 1, text="马上"))
    world.settle()
    assert world.platform.performed[0].args == {"text": "马上", "reminder": "8877"}


def noted(code, number, seconds):
    return replace(at(code, seconds), key=f"{code}:{number}", note=number)


def reminders(world):
    return {key.rpartition(":")[2]: alert.state for key, alert in world.erp.alerts.items()}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_an_answer_closes_the_reminder_that_it_names_and_no_other(sold, order):
    facts = [noted(45, "1", 100), noted(45, "2", 200), noted(46, "1", 250)]
    for index in order:
        sold.push(facts[index])
        sold.settle()
    assert reminders(sold).get("1", "closed") == "closed"
    assert reminders(sold)["2"] == "open"
    assert sold.erp.documents[ORDER].reminder == "2"


def test_each_press_answers_the_newest_open_reminder_and_leaves_the_others_open(sold):
    sold.platform.traits = MEITUAN  # no push tells that it was answered
    sold.push(noted(45, "1", 100), noted(45, "2", 200))
    sold.settle()
    left = []
    for number in (1, 2):
        sold.clock.forward(300)
        sold.hear(pressed("answer_reminder", number, at=sold.clock.now(), text="马上"))
        sold.settle()
        left.append((sold.erp.documents[ORDER].reminder, reminders(sold)))
    assert [command.args["reminder"] for command in sold.platform.performed] == ["2", "1"]
    assert left == [("1", {"1": "open", "2": "closed"}), ("", {"1": "closed", "2": "closed"})]


def test_a_press_that_overtakes_its_order_is_judged_by_what_is_known(world):
    world.hear(pressed("accept", 1))
    world.settle()
    assert world.erp.results[1].state == "refused"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"line": 1, "quantity": 2}], [2]),
        ([{"line": 1, "quantity": 1}, {"line": 9, "quantity": 1}], []),
        ([{"line": [1], "quantity": 1}], []),
        ("1", []),
    ],
    ids=["a line", "a line that is not there", "no number", "no list"],
)
def test_a_part_refund_says_which_goods_its_lines_are_or_none_at_all(sold, rows, told):
    sold.platform.traits = MEITUAN
    sold.hear(pressed("part_refund", 1, items=rows, amount=500))
    sold.settle()
    [command] = sold.platform.performed
    name = sold.erp.documents[ORDER].items[0].item.name
    words = {"platform_item": "", "platform_sku": "", "name": name, "spec": ""}
    goods, left = [{**words, "quantity": one} for one in told], [{**words, "quantity": 1}]
    assert command.args == {"items": rows, "amount": 500, "goods": goods, "known": [], "left": left}
