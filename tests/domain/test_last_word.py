"""Which word about a refund is the last: what was granted stays so, and each message has the case it can speak of."""

from dataclasses import replace

from connector.domain.order import Goods, Kind, RefundWords
from tests.domain.build import fact, live, pull
from tests.domain.test_claims import said, stated

SOLD = [(10, 0), (12, 10)]


def told(life):
    return [(case.key, case.status, case.amount) for case in life.cases]


def test_a_pulled_refusal_that_lags_behind_undoes_no_granted_part():
    asked, granted = said(Kind.ASK, 200, money=800), said(Kind.GRANT, 300, asked=200, money=800)
    life = live(*SOLD, asked, granted, stated(400, "rejected", asked=200, money=800))
    assert (told(life), life.state) == ([("7001", "granted", 800)], "paid")


def test_an_appeal_after_a_newer_request_was_withdrawn_is_a_case_of_its_own():
    refused = [fact(20, 200, scope="part", money=500), (22, 210)]
    withdrawn = [fact(20, 300, scope="part", money=700), (21, 310)]
    life = live(*SOLD, *refused, *withdrawn, (24, 400))
    assert [(case.key, case.status) for case in life.cases] == [
        ("cancel-1", "rejected"),
        ("cancel-2", "withdrawn"),
        ("cancel-3", "arbitrating"),
    ]


def test_a_grant_keeps_the_goods_and_the_reason_that_it_names_itself():
    own = (Goods(name="牛肉面", quantity=1),)
    grant = replace(fact(23, 300), refund=RefundWords(scope="part", goods=own, reason="少了一份"))
    words = RefundWords(scope="part", money=800, goods=(Goods(name="汤", quantity=2),), reason="不要了")
    (case,) = live(*SOLD, grant, pull(400, accepted=True, case="granted", refund=words)).cases
    assert (case.amount, case.goods, case.reason) == (800, own, "少了一份")
