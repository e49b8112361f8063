import json

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.documents import Document
from connector.domain.order import Fact
from mappings.stored import dump_document, dump_fact, load_document, load_fact
from tests.domain.build import documented, fact, live


@given(st.builds(Fact))
def test_any_fact_comes_back_as_it_was_stored(each):
    assert load_fact(json.loads(json.dumps(dump_fact(each)))) == each


@given(st.builds(Document))
def test_any_document_comes_back_as_it_was_stored(each):
    assert load_document(json.loads(json.dumps(dump_document(each)))) == each


def test_the_document_of_a_life_comes_back():
    life = live((10, 0), (12, 10), fact(20, 200, scope="part", money=800, goods=[("牛肉面", 1)]), (55, 300))
    wanted = documented(life)
    assert load_document(json.loads(json.dumps(dump_document(wanted)))) == wanted


def test_keys_of_a_newer_version_are_ignored():
    stored = dump_fact(fact(12, 10))
    assert load_fact({**stored, "invented_later": 1}) == fact(12, 10)
