"""The signature vectors, as pytest parameters."""

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"


def vectors(platform: str, section: str) -> list[Any]:
    """One parameter per vector, named by its id."""
    document = json.loads((DATA / f"{platform}_signature_vectors.json").read_text("utf-8"))
    return [pytest.param(vector["inputs"], vector["expected"], id=vector["id"]) for vector in document[section]]


def documents(platform: str, section: str) -> list[Any]:
    """The same, each vector whole."""
    document = json.loads((DATA / f"{platform}_signature_vectors.json").read_text("utf-8"))
    return [pytest.param(vector, id=vector["id"]) for vector in document[section]]
