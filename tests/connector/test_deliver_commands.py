from dataclasses import replace

import pytest

from connector.domain.errors import Refused, Unavailable
from connector.domain.money import Money
from connector.domain.order import Claim, Goods, Millis, RefundWords
from connector.platforms.meituan import TRAITS as MEITUAN
from connector.ports import Answer
from tests.connector.test_advance import ACCEPTED, NEW, T0, at
from tests.domain.build import content
from tests.doubles import ORDER, pressed

NO = Answer(taken=False, words="已超时")


@pytest.fixture
def asked(world):
    """Staff have pressed "accept" on a new order."""
    world.push(NEW)
    world.settle()
    world.platform.orders[ORDER] = (NEW,)
    world.hear(pressed("accept", 1, at=world.clock.now()))
    world.advance()
    return world


def actions(world):
    return [command.action for command in world.platform.performed]


def test_the_platforms_words_close_the_command(asked):
    asked.platform.answers["accept"] = NO
    asked.settle()
    assert (asked.erp.results[1].state, asked.erp.results[1].result) == ("refused", "已超时")
    asked.clock.forward(600)
    asked.settle()
    assert actions(asked) == ["accept"]


@pytest.mark.parametrize(("answer", "state"), [(NO, "paid"), (Answer(taken=True, words="ok"), "accepted")])
def test_an_acceptance_counts_only_if_the_platform_took_it(asked, answer, state):
    """The merchant accepts in the platform's own app after our own press was refused."""
    asked.platform.answers["accept"] = answer
    asked.settle()
    asked.push(ACCEPTED)
    asked.settle()
    asked.clock.forward(66)
    asked.settle()
    assert asked.erp.documents[ORDER].state == state


def test_a_push_that_comes_makes_the_pull_needless(asked):
    asked.settle()
    asked.push(ACCEPTED)
    asked.settle()
    asked.clock.forward(60)
    asked.settle()
    assert asked.platform.fetched == []


@pytest.mark.parametrize(
    "news",
    [at(51, 20), at(20, 20), replace(at(46, 20), key="settlement", code=0)],
    ids=["rider", "another request", "note"],
)
def test_news_of_other_things_are_not_the_push_that_was_waited_for(asked, news):
    asked.settle()
    asked.push(news)
    asked.settle()
    asked.clock.forward(31)
    asked.settle()
    assert asked.platform.fetched == [ORDER]


def test_a_push_that_stays_away_is_pulled_after_thirty_seconds(asked):
    asked.settle()
    asked.platform.orders[ORDER] = (NEW, ACCEPTED)
    asked.clock.forward(29)
    asked.settle()
    assert asked.platform.fetched == []
    asked.clock.forward(1)
    asked.settle()
    assert asked.platform.fetched == [ORDER]
    assert asked.erp.documents[ORDER].state == "waiting"


def test_a_platform_that_is_away_is_asked_again_and_the_person_is_told(asked):
    asked.platform.away = Unavailable("away")
    asked.settle()
    assert asked.erp.results[1].state == "sent"
    asked.platform.away = None
    asked.clock.forward(2)
    asked.settle()
    assert list(asked.platform.taken) == ["cmd-1"]
    assert asked.erp.results[1].state == "done"


def test_what_nobody_could_carry_out_for_ten_minutes_is_refused(asked):
    asked.platform.away = Unavailable("away")
    for _ in range(12):
        asked.settle()
        asked.clock.forward(60)
    assert asked.erp.results[1].state == "refused"
    tries = len(actions(asked))
    asked.platform.away = None
    asked.clock.forward(60)
    asked.settle()
    assert len(actions(asked)) == tries


def test_a_call_whose_end_is_unknown_is_not_repeated_if_the_order_shows_it(asked):
    asked.platform.away = Unavailable("timed out", unknown=True)
    asked.settle()
    asked.platform.away = None
    asked.platform.orders[ORDER] = (NEW, ACCEPTED)
    for _ in range(5):
        asked.clock.forward(2)
        asked.settle()
    assert actions(asked) == ["accept"]
    assert asked.erp.results[1].state == "done"
    assert asked.erp.documents[ORDER].state == "waiting"


def test_a_call_whose_end_is_unknown_is_repeated_under_its_key_if_the_order_shows_nothing(asked):
    asked.platform.away = Unavailable("timed out", unknown=True)
    asked.settle()
    asked.platform.away = None
    for _ in range(5):
        asked.clock.forward(2)
        asked.settle()
    assert [command.key for command in asked.platform.performed] == ["cmd-1", "cmd-1"]
    assert asked.platform.fetched == [ORDER]
    assert asked.erp.results[1].state == "done"


def test_a_call_whose_end_is_unknown_waits_while_the_order_cannot_be_read_back(asked):
    asked.platform.away = Unavailable("timed out", unknown=True)
    for _ in range(4):
        asked.settle()
        asked.clock.forward(10)
    assert actions(asked) == ["accept"]
    assert len(asked.platform.fetched) >= 2


def test_an_order_that_cannot_be_read_back_at_all_lets_the_call_be_repeated(asked):
    asked.platform.away = Unavailable("timed out", unknown=True)
    asked.settle()
    asked.platform.away = None
    asked.platform.orders.clear()
    for _ in range(3):
        asked.clock.forward(2)
        asked.settle()
    assert actions(asked) == ["accept", "accept"]


def test_a_call_that_breaks_is_unknown_and_the_other_orders_go_on(asked):
    asked.platform.away = RuntimeError("a bug")
    other = "eleme:200"
    asked.push(NEW, order=other)
    asked.hear(pressed("accept", 2, other, at=asked.clock.now()))
    asked.advance()
    asked.settle()
    assert len(asked.platform.performed) == 2
    asked.platform.away = None
    for _ in range(5):
        asked.clock.forward(4)
        asked.settle()
    assert {number: result.state for number, result in asked.erp.results.items()} == {1: "done", 2: "done"}


def test_a_call_that_cannot_even_be_made_is_refused(asked):
    asked.platform.away = Refused("the reminder is gone")
    asked.settle()
    assert (asked.erp.results[1].state, asked.erp.results[1].result) == ("refused", "the reminder is gone")


def test_a_platform_that_is_not_there_any_more_refuses(asked):
    object.__setattr__(asked.services, "platforms", {})
    asked.settle()
    assert asked.erp.results[1].state == "refused"


def test_a_refused_side_call_is_a_warning_and_what_happened_happened(world):
    world.push(NEW, ACCEPTED)
    world.pass_window()
    world.platform.answers["ready"] = NO
    world.hear(pressed("ready", 1, at=world.clock.now()))
    world.settle()
    assert world.erp.documents[ORDER].state == "prepared"
    assert world.erp.results[1].state == "done"
    assert [alert.kind for alert in world.erp.alerts.values()] == ["warning"]
    world.clock.forward(60)
    world.settle()
    assert world.platform.fetched == []


def test_a_refused_automatic_confirmation_is_a_warning(world):
    world.open_shop(auto_accept=True)
    world.platform.answers["accept"] = NO
    world.push(NEW)
    world.settle()
    [alert] = world.erp.alerts.values()
    assert (alert.kind, "已超时" in alert.text) == ("warning", True)


def test_the_commands_of_a_parked_order_wait_until_it_is_repaired(asked):
    asked.push(at(39, 30, scope="part", money=2000), at(39, 40, scope="part", money=2000))
    asked.settle()
    assert actions(asked) == []
    with asked.journal.begin() as tx:
        facts = [fact.key for fact in tx.orders.facts(ORDER) if fact.code == 39]
        tx.orders.set_aside(ORDER, facts[0], "double")
        order = tx.orders.open(ORDER)
        order.again = True
        tx.orders.save(order)
    asked.settle()
    assert actions(asked) == ["accept"]


def test_while_the_platform_is_away_the_documents_go_on(asked):
    asked.platform.away = Unavailable("away")
    asked.push(at(51, 20))
    asked.settle()
    assert asked.erp.documents[ORDER].rider_state == 51


PIECE = {"items": [{"line": 1, "quantity": 1}], "amount": 500}


def given_back(number, seconds):
    """A part that the merchant gave back, as a platform with keys tells it when it is asked."""
    asked = Millis((T0 + seconds) * 1000)
    words = RefundWords(scope="part", money=Money(500), goods=(Goods(name="牛肉面", quantity=1),))
    claim = Claim(key=number, asked_at=asked, sent_at=asked)
    return replace(at(23, seconds), key=f"refund:{number}", claim=claim, refund=words)


@pytest.fixture
def refunding(world):
    """A part refund was pressed on an order of which such a part had gone back before, and its answer is lost."""
    world.platform.traits = MEITUAN
    two = replace(content(), items=(replace(content().items[0], quantity=3),))
    sold = [replace(NEW, content=two), ACCEPTED, given_back("7001", 20)]
    world.platform.orders[ORDER] = tuple(sold)
    world.push(*sold)
    world.pass_window()
    world.platform.away = Unavailable("timed out", unknown=True)
    world.hear(pressed("part_refund", 1, at=world.clock.now(), **PIECE))
    world.settle()
    world.platform.away = None
    return world


def later(world):
    for _ in range(5):
        world.clock.forward(2)
        world.settle()


def test_a_part_refund_whose_end_is_unknown_is_not_repeated_if_the_order_shows_it(refunding):
    refunding.platform.orders[ORDER] += (given_back("7002", 90),)
    later(refunding)
    assert actions(refunding) == ["part_refund"]
    assert refunding.erp.results[1].state == "done"
    assert [refund.case.key for refund in refunding.erp.documents[ORDER].refunds] == ["7001", "7002"]


def test_a_part_refund_that_the_order_does_not_show_is_repeated_as_one_that_may_have_been_taken(refunding):
    later(refunding)
    assert [command.again for command in refunding.platform.performed] == [False, True]
    assert refunding.erp.results[1].state == "done"


def test_a_repeated_call_that_cannot_be_made_stays_one_that_may_have_been_taken(refunding):
    """The read-back shows nothing, the repeated call is not even sent, and only then the refund shows."""
    refunding.platform.perform = PutOff(refunding.platform)
    for _ in range(2):
        refunding.clock.forward(2)
        refunding.settle()
    assert [command.again for command in refunding.platform.performed] == [False, True]
    refunding.platform.orders[ORDER] += (given_back("7002", 90),)
    later(refunding)
    assert len(refunding.platform.performed) == 2
    assert refunding.erp.results[1].state == "done"


class PutOff:
    """Turns the next call away before it is sent."""

    def __init__(self, platform):
        self.platform, self.perform, self.done = platform, platform.perform, False

    def __call__(self, command):
        if self.done:
            return self.perform(command)
        self.done = True
        self.platform.performed.append(command)
        raise Unavailable("away")
