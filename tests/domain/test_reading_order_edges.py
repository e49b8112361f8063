"""The edges of the order of reading: what stands in one second, and what stands thirty seconds apart."""

from dataclasses import replace

import pytest

from connector.domain.order import Kind, RefundWords
from tests.domain.build import fact, live, pull
from tests.domain.test_claims import ORDER, cancelled

SOLD = [(10, 0), (12, 10)]


def test_an_answer_of_the_second_of_a_request_cannot_say_that_it_was_withdrawn():
    refused = [(20, 200), (22, 210)]
    life = live(*SOLD, *refused, (20, 400), pull(400, accepted=True, case="withdrawn"))
    assert ([case.status for case in life.cases], life.state) == (["rejected", "requested"], "refunding")
    late = live(*SOLD, *refused, (20, 400), pull(401, accepted=True, case="withdrawn"))
    assert ([case.status for case in late.cases], late.state) == (["rejected", "withdrawn"], "paid")


def test_a_cancellation_is_read_before_what_was_pulled_in_its_second():
    void = replace(fact(15, 300), refund=RefundWords(reason="商家忙不过来"))
    life = live(*SOLD, void, pull(300, accepted=True, void=True))
    assert [(case.key, case.status, case.reason) for case in life.cases] == [("void", "granted", "商家忙不过来")]


@pytest.mark.parametrize(("at", "code"), [(9, 14), (10, 17), (11, 17)])
def test_a_cancellation_is_one_before_acceptance_only_if_its_second_is(at, code):
    assert [fact.code for fact in live(*ORDER, cancelled(at)).read if fact.kind is Kind.VOID] == [code]


@pytest.mark.parametrize(("pulled", "statuses"), [(330, ["withdrawn"]), (331, ["withdrawn", "requested"])])
def test_a_request_that_was_pulled_up_to_thirty_seconds_after_its_end_is_the_ended_one(pulled, statuses):
    life = live(*SOLD, (20, 200), (21, 300), pull(pulled, accepted=True, case="requested"))
    assert [case.status for case in life.cases] == statuses
