import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import Refused
from connector.vault import Vault


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_to_the_same(content: bytes):
    assert Vault().open(Vault().seal(content)) == content


def test_the_first_byte_names_the_format():
    assert Vault().seal(b"abc") == b"\x00abc"


@pytest.mark.parametrize("sealed", [b"", b"\x01abc", b"{}"])
def test_a_format_of_another_version_is_refused_without_repeating_it(sealed: bytes):
    with pytest.raises(Refused, match="cannot open"):
        Vault().open(sealed)
