"""The script that starts Chromium gives it the libraries and fonts that were unpacked for it."""

import subprocess
from pathlib import Path

import pytest
from bare import chromium
from bare.report import Trouble

TELL = '#!/bin/sh\necho "$1|$LD_LIBRARY_PATH|$XDG_DATA_HOME|$FONTCONFIG_PATH"\n'


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TELL)
    path.chmod(0o755)
    return path


def told(root: Path, machines_own: Path | None) -> list[str]:
    script = root / "start"
    script.write_text(chromium.launcher(root, str(machines_own) if machines_own else None))
    environment = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", str(script), "a b"], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip().split("|")


@pytest.fixture
def root(tmp_path) -> Path:
    folder = tmp_path / "a root"
    folder.mkdir()
    return folder


def test_an_unpacked_chromium_gets_every_folder_with_a_library(root):
    program(root / "usr/lib/chromium/chromium")
    for library in ("usr/lib/x/libone.so.1", "usr/lib/x/deep/libtwo.so"):
        program(root / library)
    argument, libraries, data, _ = told(root, None)
    assert (argument, data) == ("a b", f"{root}/data")
    assert libraries.split(":") == [f"{root}/usr/lib/x", f"{root}/usr/lib/x/deep"]


def test_the_machines_own_chromium_keeps_its_own_libraries(root, tmp_path):
    own = program(tmp_path / "bin/chromium")
    assert told(root, own) == ["a b", "", f"{root}/data", ""]


def test_fonts_are_configured_where_the_machine_does_not(root, tmp_path):
    program(root / "etc/fonts/fonts.conf")
    assert told(root, program(tmp_path / "bin/chromium"))[3] == f"{root}/etc/fonts"


def test_playwrights_driver_is_found_in_its_environment(root, monkeypatch):
    monkeypatch.setattr(chromium, "VENV", root / "venv")
    program(root / "venv/lib/python3.11/site-packages/playwright/driver/node")
    program(root / "usr/lib/libatomic.so.1")
    script = root / "node"
    script.write_text(chromium.driver(root))
    done = subprocess.run(["sh", str(script), "a b"], capture_output=True, text=True, check=True, env={"PATH": "/bin"})
    assert done.stdout.split("|")[:2] == ["a b", f"{root}/usr/lib"]


def test_a_chromium_that_is_nowhere_is_told(root):
    with pytest.raises(Trouble, match="none on the PATH"):
        chromium.launcher(root, None)
