"""Histories that ended otherwise than they should; each was found by the disorder run and is kept as its own test."""

import itertools
from dataclasses import replace

import pytest

from connector.domain.ledger import UNKNOWN_REFUND
from connector.domain.order import Kind, RefundWords
from tests.domain.build import fact, live, press, pull
from tests.domain.test_claims import said, stated

SOLD = [(10, 0), (12, 10)]
PART = {"scope": "part", "money": 800}


@pytest.mark.parametrize(
    ("answer", "status"), [(fact(22, 300), "rejected"), (fact(23, 300), "granted"), (fact(15, 300), "granted")]
)
def test_what_was_pulled_between_a_request_and_its_answer_in_one_second_opens_no_second_case(answer, status):
    asked = pull(300, accepted=True, case="requested")
    assert [case.status for case in live(*SOLD, fact(20, 300), answer, asked).cases] == [status]


def test_what_was_pulled_between_an_appeal_and_its_end_in_one_second_opens_no_second_case():
    appealed = pull(300, accepted=True, case="arbitrating")
    life = live(*SOLD, fact(20, 200, **PART), (22, 210), (24, 300), (25, 300), appealed)
    assert [(case.status, case.amount) for case in life.cases] == [("granted", 800)]


def test_a_refusal_and_the_appeal_against_it_in_one_second_leave_the_case_with_the_judge():
    asked = said(Kind.ASK, 200)
    refused = said(Kind.REJECT, 300, asked=200)
    for repeats in (200, 300):
        appealed = said(Kind.APPEAL, 300, asked=repeats, appeal=True)
        for order in itertools.permutations([fact(10, 0), fact(12, 10), asked, refused, appealed]):
            life = live(*order)
            assert ([case.status for case in life.cases], life.waimai_state) == (["arbitrating"], 20)


def test_an_appeal_and_its_end_in_one_second_end_the_case():
    appealed = said(Kind.APPEAL, 300, asked=200, appeal=True)
    ended = said(Kind.REJECT, 300, asked=200, appeal=True)
    life = live(*SOLD, said(Kind.ASK, 200), appealed, ended)
    assert [case.status for case in life.cases] == ["rejected"]


def told(life):
    return [(case.key, case.status, case.amount) for case in life.cases]


def test_a_part_and_then_the_rest_granted_in_one_second_add_up_also_if_only_a_pull_tells_of_the_part():
    part, rest = stated(300, "granted", asked=300, refund="7001", money=800), said(Kind.GRANT, 300, refund="7002")
    assert told(live(*SOLD, part, rest)) == [("7001", "granted", 800), ("7002", "granted", 2200)]
    cancelled = pull(300, void=True)
    assert told(live(*SOLD, part, cancelled)) == [("7001", "granted", 800), ("void", "granted", 2200)]


def test_an_end_that_only_a_pull_tells_stands_before_the_refund_of_its_second():
    life = live(*SOLD, pull(50, finished=True), said(Kind.GRANT, 50))
    assert (life.state, life.sale) == ("refunded", "reversed")


def test_a_refusal_that_only_a_pull_tells_stands_after_the_request_and_before_the_appeal_of_its_second():
    refused, asked = stated(300, "rejected", asked=300), said(Kind.ASK, 300)
    assert told(live(*SOLD, refused, asked)) == [("7001", "rejected", 0)]
    with_the_judge = stated(300, "arbitrating", asked=200)
    life = live(*SOLD, said(Kind.ASK, 200), said(Kind.REJECT, 300, asked=200), with_the_judge)
    assert told(life) == [("7001", "arbitrating", 0)]


def test_an_order_that_a_pull_tells_cancelled_by_a_refund_not_told_yet_is_refunded_by_that_refund():
    life = live(*SOLD, pull(300, void=True), said(Kind.GRANT, 301))
    assert told(life) == [("7001", "granted", 3000)]


@pytest.mark.parametrize("asked", [[], [fact(20, 150, **PART)], [fact(20, 150, **PART), fact(22, 160)]])
def test_a_pulled_grant_of_a_sum_that_no_known_grant_has_is_another_one(asked):
    pulled = pull(900, case="granted", refund=RefundWords(scope="part", money=500))
    life = live(*SOLD, *asked, fact(39, 200, **PART), pulled)
    assert (life.granted, life.state) == (1300, "paid")
    answer = fact(25 if len(asked) > 1 else 23, 300, money=500)
    late = live(*SOLD, *(asked or [fact(20, 150, **PART)]), fact(39, 200, **PART), answer, pulled)
    assert sorted(told(late)) == [("cancel-1", "granted", 500), ("merchant-1", "granted", 800)]


def test_an_appeal_refused_again_is_refused_if_only_a_pull_tells_it():
    refused_again = stated(900, "rejected", asked=200)
    heard = [said(Kind.ASK, 200), said(Kind.REJECT, 300, asked=200), said(Kind.APPEAL, 400, asked=200, appeal=True)]
    assert told(live(*SOLD, *heard, refused_again)) == [("7001", "rejected", 0)]
    assert told(live(*SOLD, *heard[:2], refused_again)) == [("7001", "rejected", 0)]
    assert told(live(*SOLD, *heard, stated(400, "rejected", asked=200))) == [("7001", "rejected", 0)]


@pytest.mark.parametrize("ending", [(15, 900), pull(900, void=True), fact(25, 900, scope="full")])
def test_a_grant_of_an_unknown_sum_matters_no_more_once_all_is_back(ending):
    life = live(*SOLD, (23, 300), ending)
    assert (life.standstill, life.granted, life.state) == ("", 3000, "refunded")


def test_a_part_granted_without_a_sum_to_a_request_never_heard_waits_until_a_pull_tells_the_sum():
    granted = fact(23, 300, scope="part")
    assert live(*SOLD, granted).standstill == UNKNOWN_REFUND
    pulled = pull(900, case="granted", refund=RefundWords(**PART))
    assert told(live(*SOLD, granted, pulled)) == [("cancel-1", "granted", 800)]
    assert told(live(*SOLD, fact(20, 200, **PART), granted)) == [("cancel-1", "granted", 800)]


WHOLE = RefundWords(scope="full", money=3000)


def test_a_pull_speaks_of_the_case_of_the_last_word_and_not_of_the_youngest():
    """The older request goes to arbitration after a younger one was refused; the platform then shows the older."""
    known = [fact(20, 100, scope="full"), fact(22, 200), fact(30, 250), fact(32, 260), fact(24, 300)]
    end = pull(900, finished=True, case="arbitrating", refund=WHOLE)
    assert told(live(*SOLD, *known, end)) == [("cancel-1", "arbitrating", 0), ("return-1", "rejected", 0)]


def test_a_pull_that_shows_an_open_case_speaks_of_none_that_was_granted():
    """Refusal and appeal of the older request are lost, a younger one was granted: the older is open."""
    known = [fact(20, 100, scope="full"), (18, 110), fact(30, 200), fact(33, 201, scope="part", money=800)]
    end = pull(900, finished=True, case="arbitrating", refund=WHOLE)
    assert told(live(*SOLD, *known, end)) == [("cancel-1", "arbitrating", 3000), ("return-1", "granted", 800)]


def test_a_void_that_only_a_pull_tells_was_before_the_grant_that_exceeds_what_was_paid():
    """The void's push is lost; the answer to the request that it had withdrawn comes after it and gives nothing."""
    part = {"scope": "part", "money": 2800}
    known = [fact(20, 100, **part), fact(39, 200, scope="part", money=1000), fact(23, 202, **part)]
    life = live(*SOLD, *known)
    assert life.standstill
    life = live(*SOLD, *known, pull(900, void=True))
    assert (life.standstill, life.granted, life.state) == ("", 3000, "refunded")
    assert told(life) == [("cancel-1", "withdrawn", 2800), ("merchant-1", "granted", 1000), ("void", "granted", 2000)]


@pytest.mark.parametrize("code", [23, 39])
@pytest.mark.parametrize("late", [1, 30])
def test_a_grant_whose_push_stands_after_the_pull_that_tells_it_counts_once(code, late):
    """Our clock is behind the platform's, or the answer was long on its way."""
    asked = [fact(20, 90, **PART)] if code == 23 else []
    pulled = pull(100, accepted=True, case="granted", refund=RefundWords(**PART))
    life = live(*SOLD, *asked, pulled, fact(code, 100 + late, **PART))
    assert [(status, amount) for _, status, amount in told(life)] == [("granted", 800)]


def test_a_grant_of_another_sum_after_the_one_that_a_pull_tells_is_another_one():
    pulled = pull(100, accepted=True, case="granted", refund=RefundWords(scope="part", money=500))
    life = live(*SOLD, pulled, fact(39, 110, **PART))
    assert life.granted == 1300


def test_a_refusal_whose_push_stands_after_the_pull_that_tells_it_is_no_second_case():
    life = live(*SOLD, fact(20, 90), pull(100, accepted=True, case="rejected"), fact(22, 102))
    assert told(life) == [("cancel-1", "rejected", 0)]


def test_an_arbitration_that_only_a_pull_tells_is_not_that_of_a_case_before_the_last_word():
    """The request after completion and its refusal are lost; what was refused before completion stays refused."""
    known = [fact(20, 100), fact(22, 110), fact(20, 120, scope="part", money=500), fact(23, 130), fact(18, 200)]
    end = [pull(330, finished=True, case="arbitrating"), fact(35, 400, scope="part", money=700)]
    life = live(*SOLD, *known, *end)
    assert told(life) == [("cancel-1", "rejected", 0), ("cancel-2", "granted", 500), ("return-1", "granted", 700)]
    assert life.state == "partially_refunded"


def test_goods_of_a_grant_that_a_pulled_void_takes_back_were_used():
    part = {"scope": "part", "money": 2000, "goods": (("牛肉面", 1),)}
    known = [fact(39, 200, **part), fact(39, 300, **part), press("start", 350)]
    assert live(*SOLD, *known, pull(400, void=True)).unused == live(*SOLD, known[0], fact(17, 250), known[2]).unused


def test_grants_beyond_what_was_paid_stand_still_also_after_a_void_that_was_pushed():
    known = [fact(39, 200, scope="part", money=2000), fact(39, 300, scope="part", money=2000), fact(17, 400)]
    assert live(*SOLD, *known).standstill
    assert live(*SOLD, *known, pull(500, void=True)).standstill


@pytest.mark.parametrize("code", [21, 22, 23])
def test_a_request_that_a_pull_tells_just_after_its_end_is_no_other_one(code):
    """Our clock is ahead of the platform's: the request was shown before its answer, and is dated after it."""
    words = PART if code == 23 else {}
    asked, ended = fact(20, 90, **PART), fact(code, 100, **words)
    shown = pull(103, accepted=True, case="requested", refund=RefundWords(**PART))
    alone = told(live(*SOLD, asked, ended))
    assert told(live(*SOLD, asked, ended, shown)) == alone
    assert len(told(live(*SOLD, asked, ended, replace(shown, at=600_000)))) == 2


@pytest.mark.parametrize(("code", "status"), [(21, "withdrawn"), (22, "rejected"), (23, "granted")])
def test_a_request_that_only_a_pull_told_of_after_completion_is_ended_by_the_answer_to_one_before_it(code, status):
    told = pull(260, accepted=True, finished=True, case="requested", refund=RefundWords(**PART))
    answer = fact(code, 400, **(PART if code == 23 else {}))
    late = pull(3000, accepted=True, finished=True, case=status, refund=RefundWords(**PART) if code != 21 else None)
    life = live(*SOLD, (18, 200), told, answer, late)
    assert [(case.key, case.status) for case in life.cases] == [("cancel-1", status)]
