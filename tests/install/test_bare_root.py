"""On a bare Debian, an ordinary user's first two commands work: `make demo` ends in a pass, and the tests pass.

The whole of `make test` takes minutes: it runs where $SCALELAB_BARE_ROOT is `all`, else the part that fails first where
something is missing.
$SCALELAB_BARE_SUITE names another release of Debian.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import bare_root  # noqa: E402
from harness.needs import reason  # noqa: E402
from harness.once import once  # noqa: E402

pytestmark = pytest.mark.slow
PART = ".venv/bin/python -m pytest -m 'not slow' tests/sandbox tests/terminal/test_doctor.py"


@pytest.fixture
def root():
    """Where it stands, set up. What set-up said is in the file `said` beside it."""
    for program in ("debootstrap", "git"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            pytest.skip(reason(program, f"apt install {program}"))
    if os.geteuid() != 0:
        pytest.skip(reason("root", "start the tests as root"))
    return once("bare", set_up) / "root"


def set_up(folder):
    bare_root.make(folder / "root", os.environ.get("SCALELAB_BARE_SUITE", "bookworm"))
    bare_root.bring(folder / "root")
    done = entered(folder / "root", "make setup", 3_600)
    assert done.returncode == 0, done.stdout[-4000:]
    (folder / "said").write_text(done.stdout)


def entered(root, command, seconds):
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "timeout": seconds}
    return bare_root.enter(root, command, **piped)


@pytest.mark.together("bare root")  # else one of the two waits for what the other makes
def test_set_up_is_told_without_the_output_of_what_it_starts(root):
    said = (root.parent / "said").read_text()
    assert "Set-up done" in said
    assert "^~~" not in said
    assert "Successfully" not in said


@pytest.mark.together("bare root")
def test_the_tests_pass(root):
    everything = os.environ.get("SCALELAB_BARE_ROOT") == "all"
    done = entered(root, "make test" if everything else PART, 3_600)
    assert done.returncode == 0, done.stdout[-8000:]


@pytest.mark.alone  # the budget is in seconds
def test_the_demo_ends_in_a_pass(root):
    done = entered(root, "make demo", 1_200)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "✓ passed" in done.stdout
