"""One library, one home; files that can be read in one sitting; nothing of this machine in the tree."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("connector", "actors", "mappings", "erp_bridge")
ADDONS = ROOT / "erp_bridge/addons"
SOURCES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if ADDONS not in path.parents
]

#: Where each library may be imported; replacing one is a change in one place.
HOMES = {
    "flask": ("connector/web", "connector/simulator"),
    "werkzeug": ("connector/web", "connector/simulator"),
    "dramatiq": ("actors", "connector/bell.py"),
    "redis": ("connector/bell.py",),
    "sqlalchemy": ("connector/database",),
    "alembic": ("connector/database",),
    "psycopg": ("connector/database",),
    "marshmallow": ("mappings",),
    "httpx": ("connector/platforms", "connector/simulator"),
    "odoorpc": ("erp_bridge/odoo",),
    "environs": ("connector/settings.py",),
    "structlog": ("connector/logs.py",),
    "standardwebhooks": ("connector/platforms",),
    "prometheus_client": ("connector/web",),
    "granian": ("connector/commands",),
    "rich": ("connector/commands",),
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library):
    users = [str(path.relative_to(ROOT)) for path in SOURCES if library in imports(path)]
    assert users, f"{library} is not used: take it out of the dependencies"
    assert [user for user in users if not user.startswith(HOMES[library])] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_the_domain_and_the_mappings_have_no_clock_and_no_chance():
    pure = [path for path in SOURCES if path.relative_to(ROOT).parts[:2] == ("connector", "domain")]
    pure += [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "mappings"]
    assert [str(path) for path in pure if {"time", "random", "os", "secrets"} & set(imports(path))] == []


def test_nothing_in_the_folder_of_addons_can_be_imported_by_us():
    assert not (ADDONS / "__init__.py").exists()


def test_no_path_of_a_machine_is_in_the_tree():
    found = subprocess.run(
        ["git", "grep", "-lIF", "-e", f"{ROOT.parent}/", "-e", f"{Path.home()}/."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
