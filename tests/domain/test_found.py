"""Histories that ended otherwise than they should; each was found by the disorder run and is kept as its own test."""

import itertools

import pytest

from connector.domain.order import Kind
from tests.domain.build import fact, live, pull
from tests.domain.test_claims import said

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
