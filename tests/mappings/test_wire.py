import pytest

from connector.domain.errors import Unreadable
from mappings.wire import read, read_exact

RUBBISH = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
]


@pytest.mark.parametrize("raw", RUBBISH)
@pytest.mark.parametrize("reader", [read, read_exact])
def test_rubbish_is_unreadable_and_nothing_else(raw, reader):
    with pytest.raises(Unreadable):
        reader(raw)


def test_numbers_beyond_doubles_keep_their_digits():
    assert read(b'{"skuId": 200000338894214456}') == {"skuId": 200000338894214456}
    assert read_exact(b"9" * 5000) == "9" * 5000


def test_a_number_of_absurd_length_is_unreadable():
    with pytest.raises(Unreadable):
        read(b"9" * 5000)
