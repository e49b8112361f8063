"""Refunds with keys, and codes that depend on other facts: Meituan's half of the rule book, fact by fact."""

import itertools
from dataclasses import replace

import pytest

from connector.domain.ledger import UNKNOWN_REFUND
from connector.domain.order import Claim, Fact, Kind, Millis, RefundWords, Statement
from tests.domain.build import DUE, PAID, content, live

CODES = {Kind.ASK: 20, Kind.APPEAL: 20, Kind.WITHDRAW: 21, Kind.REJECT: 22, Kind.GRANT: 23}
PAID_FACT = Fact(key="status:2", kind=Kind.ORDER, at=Millis(0), code=10, content=content())
CONFIRMED = Fact(key="status:4", kind=Kind.ACCEPT, at=Millis(10_000), code=12)
DONE = Fact(key="status:8", kind=Kind.FINISH, at=Millis(1_800_000), code=18)


def said(kind, t, *, asked=None, refund="7001", money=None, appeal=False, part=False, bare=False):
    """A refund push: sent at ``t``, about an application made at ``asked`` (``t`` if not told), in seconds.

    A ``bare`` one names nothing of what goes back.
    """
    asked = t if asked is None else asked
    at = asked if kind in {Kind.ASK, Kind.APPEAL} else t
    return Fact(
        key=f"refund:{refund}:{kind}:{appeal}",
        kind=kind,
        at=Millis(at * 1000),
        code=CODES[kind],
        basis="case",
        claim=Claim(key=refund, asked_at=Millis(asked * 1000), sent_at=Millis(t * 1000), appeal=appeal),
        refund=RefundWords(scope=None if bare else "part" if part or money is not None else "full", money=money),
    )


def cancelled(t, code=17):
    return Fact(key="cancel", kind=Kind.VOID, at=Millis(t * 1000), code=code, basis="cancel")


def echo(t):
    return Fact(key="cancel:1103", kind=Kind.VOID, at=Millis(t * 1000), code=23, basis="echo")


def stated(t, status, *, asked, refund="7001", money=None):
    words = RefundWords(scope="full" if money is None else "part", money=money)
    return Fact(
        key=f"pull:{refund}:{status}",
        kind=Kind.PULL,
        at=Millis(t * 1000),
        code=20,
        pulled=True,
        basis="case",
        claim=Claim(key=refund, asked_at=Millis(asked * 1000), sent_at=Millis(t * 1000)),
        statement=Statement(case=status, refund=words),
    )


def ends(*facts):
    """How an order ends, in whatever order its facts are heard."""
    lives = {_end(live(*order, due=False)) for order in itertools.islice(itertools.permutations([*facts, DUE]), 720)}
    (end,) = lives
    return end


def _end(life):
    cases = tuple((case.key, case.family, case.scope, case.status, case.amount) for case in life.cases)
    return life.state, life.waimai_state, cases


ORDER = (PAID_FACT, CONFIRMED)


def test_the_family_is_that_of_the_application_even_if_it_is_answered_after_completion():
    end = ends(*ORDER, said(Kind.ASK, 1500), DONE, said(Kind.GRANT, 2000, asked=1500))
    assert end == ("refunded", 23, (("7001", "cancel", "full", "granted", PAID),))


def test_an_application_in_the_second_of_completion_is_a_return():
    end = ends(*ORDER, DONE, said(Kind.ASK, 1800))
    assert end == ("refunding", 30, (("7001", "return", "full", "requested", 0),))


def test_a_full_refund_after_a_part_takes_what_is_left():
    part, full = said(Kind.GRANT, 2000, money=800), said(Kind.GRANT, 3000, refund="7002")
    state, _, cases = ends(*ORDER, part, full)
    assert (state, [case[4] for case in cases]) == ("refunded", [800, PAID - 800])


def test_the_echo_of_a_full_refund_is_dropped():
    grant = said(Kind.GRANT, 2000, asked=1500)
    assert ends(*ORDER, grant, echo(2001)) == ends(*ORDER, grant) == ends(*ORDER, grant, echo(1999))


def test_an_echo_alone_gives_everything_back_in_the_family_of_its_time():
    assert ends(*ORDER, echo(500))[:2] == ("refunded", 23)
    assert ends(*ORDER, DONE, echo(2000)) == ("refunded", 33, (("void", "return", "full", "granted", PAID),))


def test_an_echo_grants_the_open_full_case():
    end = ends(*ORDER, said(Kind.ASK, 500), echo(600))
    assert end == ("refunded", 23, (("7001", "cancel", "full", "granted", PAID),))


@pytest.mark.parametrize(
    ("accepted", "code", "expected"),
    [(False, 15, 14), (True, 15, 15), (True, 17, 17)],
    ids=["before acceptance", "by the platform", "by the merchant"],
)
def test_a_cancellation_is_told_by_its_moment_and_who_made_it(accepted, code, expected):
    facts = ORDER if accepted else ORDER[:1]
    assert ends(*facts, cancelled(20, code))[1] == expected


def test_any_direct_cancellation_after_completion_is_a_forced_one():
    assert ends(*ORDER, DONE, cancelled(2000, 15))[:2] == ("refunded", 17)


def test_a_late_application_changes_nothing_of_an_ended_case():
    end = ends(*ORDER, said(Kind.ASK, 300), said(Kind.WITHDRAW, 400, asked=300))
    assert end == ("paid", 21, (("7001", "cancel", "full", "withdrawn", 0),))


def test_an_appeal_that_repeats_the_time_of_its_request_is_read_after_the_refusal():
    asked, refused = said(Kind.ASK, 300), said(Kind.REJECT, 400, asked=300)
    appeal = said(Kind.APPEAL, 500, asked=300, appeal=True)
    assert ends(*ORDER, asked, refused, appeal)[2][0][3] == "arbitrating"


def test_an_appeal_that_repeats_the_time_of_its_request_is_read_after_a_refusal_that_only_a_pull_tells():
    refused, appeal = stated(400, "rejected", asked=300), said(Kind.APPEAL, 500, asked=300, appeal=True)
    assert ends(*ORDER, refused, appeal)[2][0][3] == "arbitrating"


def test_an_appeal_with_a_number_of_its_own_is_a_case_of_its_own():
    asked, refused = said(Kind.ASK, 300), said(Kind.REJECT, 400, asked=300)
    appeal = said(Kind.APPEAL, 500, refund="7002", appeal=True)
    assert [case[3] for case in ends(*ORDER, asked, refused, appeal)[2]] == ["rejected", "arbitrating"]


def test_a_refused_case_can_still_be_granted():
    asked, refused = said(Kind.ASK, 300), said(Kind.REJECT, 400, asked=300)
    assert ends(*ORDER, asked, refused, said(Kind.GRANT, 900, asked=300))[0] == "refunded"


def test_a_pulled_answer_is_empty_beside_the_push_that_says_the_same():
    part = said(Kind.GRANT, 2000, asked=1500, money=800)
    assert ends(*ORDER, part, stated(1990, "granted", asked=1500, money=800)) == ends(*ORDER, part)


def test_a_pulled_answer_alone_counts_as_the_push_would():
    end = ends(*ORDER, stated(2000, "granted", asked=1500, money=800))
    assert end == ("paid", 12, (("7001", "cancel", "part", "granted", 800),))


def test_a_granted_part_whose_answer_names_no_sum_has_the_one_that_was_asked_for():
    end = ends(*ORDER, said(Kind.ASK, 300, money=800), said(Kind.GRANT, 400, asked=300, part=True))
    assert end == ("paid", 23, (("7001", "cancel", "part", "granted", 800),))


def test_a_granted_part_of_which_nobody_has_told_the_sum_stands_still_without_an_alarm():
    life = live(*ORDER, said(Kind.GRANT, 400, asked=300, part=True))
    assert (life.standstill, life.silent, life.granted) == (UNKNOWN_REFUND, True, 0)


@pytest.mark.parametrize("at", [390, 400, 410], ids=["before the push", "in its second", "behind it"])
def test_a_granted_part_whose_sum_only_a_pull_tells_goes_on_with_it(at):
    grant, told = said(Kind.GRANT, 400, asked=300, part=True), stated(at, "granted", asked=300, money=800)
    assert ends(*ORDER, grant, told)[2] == (("7001", "cancel", "part", "granted", 800),)
    assert not live(*ORDER, grant, told).standstill


def test_a_pulled_part_without_a_sum_is_not_granted_for_nothing():
    part = stated(400, "granted", asked=300)
    part = replace(part, statement=Statement(case="granted", refund=RefundWords(scope="part")))
    assert live(*ORDER, part).standstill == UNKNOWN_REFUND


def test_an_untold_part_does_not_hold_an_order_up_that_is_all_back():
    life = live(*ORDER, said(Kind.GRANT, 400, asked=300, part=True), said(Kind.GRANT, 500, refund="7002"))
    assert (life.state, life.standstill, life.granted) == ("refunded", "", PAID)


def test_parts_beyond_the_sum_stand_still():
    life = live(*ORDER, said(Kind.GRANT, 100, money=2000), said(Kind.GRANT, 200, refund="7002", money=2000))
    assert life.standstill


def bare(kind, t, **words):
    return said(kind, t, bare=True, **words)


def test_an_answer_that_names_nothing_grants_what_was_asked_for():
    part, whole = said(Kind.ASK, 300, money=800), said(Kind.ASK, 300)
    grant = bare(Kind.GRANT, 400, asked=300)
    assert ends(*ORDER, part, grant) == ("paid", 23, (("7001", "cancel", "part", "granted", 800),))
    assert ends(*ORDER, whole, grant) == ("refunded", 23, (("7001", "cancel", "full", "granted", PAID),))


def test_an_answer_at_an_address_of_both_is_of_the_part_that_was_asked_for():
    part, grant = said(Kind.ASK, 300, money=800), said(Kind.GRANT, 400, asked=300)
    assert ends(*ORDER, part, grant) == ("paid", 23, (("7001", "cancel", "part", "granted", 800),))


def test_an_answer_that_names_nothing_has_its_place_by_what_was_asked_for():
    part, grant = said(Kind.ASK, 300, money=800), said(Kind.GRANT, 400, asked=300, money=800)
    whole = said(Kind.GRANT, 400, refund="7002", asked=350)
    assert ends(*ORDER, part, bare(Kind.GRANT, 400, asked=300), whole) == ends(*ORDER, part, grant, whole)


def test_an_answer_that_names_nothing_to_a_request_that_nobody_knows_stands_still_without_an_alarm():
    life = live(*ORDER, bare(Kind.GRANT, 400, asked=300))
    assert (life.standstill, life.silent, life.granted) == (UNKNOWN_REFUND, True, 0)


@pytest.mark.parametrize(("money", "scope", "state"), [(800, "part", "paid"), (None, "full", "refunded")])
@pytest.mark.parametrize("at", [390, 400, 410], ids=["before the push", "in its second", "behind it"])
def test_what_a_pull_tells_of_it_counts_as_the_request(at, money, scope, state):
    end = ends(*ORDER, bare(Kind.GRANT, 400, asked=300), stated(at, "granted", asked=300, money=money))
    assert (end[0], end[2]) == (state, (("7001", "cancel", scope, "granted", money or PAID),))


@pytest.mark.parametrize("at", [399, 400, 401])
def test_the_echo_of_a_refund_that_names_nothing_gives_everything_back_once(at):
    grant = bare(Kind.GRANT, 400, asked=300)
    asked = ends(*ORDER, said(Kind.ASK, 300), grant, echo(at))
    assert asked == ends(*ORDER, said(Kind.ASK, 300), said(Kind.GRANT, 400, asked=300))
    life = live(*ORDER, grant, echo(at))
    assert (life.state, life.granted, life.standstill) == ("refunded", PAID, "")


def test_a_refusal_or_a_withdrawal_that_names_nothing_ends_what_was_asked_for():
    for kind in (Kind.REJECT, Kind.WITHDRAW):
        (case,) = ends(*ORDER, said(Kind.ASK, 300, money=800), bare(kind, 400, asked=300))[2]
        assert case[2:] == ("part", {Kind.REJECT: "rejected", Kind.WITHDRAW: "withdrawn"}[kind], 800)
