from pathlib import Path

import pytest

from connector.domain.diagram import HISTORIES, _facts, states_md
from connector.domain.order import Terms
from connector.domain.replay import replay
from connector.domain.table import STATE_NAMES

PAGE = Path(__file__).parents[2] / "STATES.md"


def test_the_page_is_fresh():
    assert PAGE.read_text("utf-8") == states_md(), "run: waimai states"


@pytest.mark.parametrize("state", STATE_NAMES)
def test_each_history_leads_to_the_state_it_stands_for(state):
    assert set(HISTORIES) == set(STATE_NAMES)
    assert replay(_facts(state), sold=False, terms=Terms()).state == state
