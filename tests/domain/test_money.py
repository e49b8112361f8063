from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.money import from_yuan, share, to_yuan


@given(st.integers(-(10**8), 10**8))
def test_every_fen_survives_the_way_through_a_binary_double(fen):
    assert from_yuan(fen / 100) == fen
    assert from_yuan(to_yuan(fen)) == fen
    assert from_yuan(Decimal(fen) / 100) == fen


def test_minus_zero_is_zero():
    assert from_yuan(-0.0) == 0


@pytest.mark.parametrize("rubbish", ["", "x", "NaN", float("inf"), float("nan"), Decimal("1e30"), "1e999999999"])
def test_rubbish_is_no_money(rubbish):
    with pytest.raises(ValueError, match="not an amount"):
        from_yuan(rubbish)


@given(st.integers(-(10**7), 10**7), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_shares_add_up_to_the_total_and_none_is_off_by_a_fen(total, weights):
    parts = share(total, weights)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_shares_need_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        share(100, weights)
