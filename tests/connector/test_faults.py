import ast
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connector.faults import POINTS, Fault

ROOT = Path(__file__).resolve().parents[2]


def reached():
    for path in [*(ROOT / "connector").rglob("*.py"), *(ROOT / "actors").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"reach", "faults.reach"}:
                yield node.args[0].value


def test_every_point_is_in_the_code_and_every_point_of_the_code_has_a_name():
    assert set(reached()) == set(POINTS)


@pytest.mark.parametrize(("wanted", "passes"), [("advance.claimed", 1), ("advance.claimed:3", 3)])
def test_a_point_kills_at_the_pass_that_is_asked_for(wanted, passes):
    code = f"from connector.faults import reach\nfor n in range({passes}):\n reach('deliver.claimed')\n"
    code += " print(n, flush=True)\n reach('advance.claimed')\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"WAIMAI_FAULT": wanted},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == [str(n) for n in range(passes)]


def test_without_the_setting_nothing_happens():
    code = "from connector.faults import POINTS, reach\nfor point in POINTS: reach(point)\n"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, check=True)


def test_a_point_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match=r"deliver\.nowhere"):
        Fault("deliver.nowhere")
