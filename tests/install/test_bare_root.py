"""On a bare Debian, an ordinary user's first two commands work: `make demo` ends in a pass, and the tests pass.

The whole of `make test` takes minutes: it runs where $SCALELAB_BARE_ROOT is `all`, else a part of it.
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

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.together("tests/install/test_bare_root.py")]
PART = "make setup && .venv/bin/python -m pytest -m 'not slow' tests/sandbox tests/install"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    for program in ("debootstrap", "git"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            pytest.skip(reason(program, f"apt install {program}"))
    if os.geteuid() != 0:
        pytest.skip(reason("root", "start the tests as root"))
    folder = tmp_path_factory.mktemp("bare") / "root"
    bare_root.make(folder, os.environ.get("SCALELAB_BARE_SUITE", "bookworm"))
    bare_root.bring(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def entered(root, command, seconds):
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "timeout": seconds}
    return bare_root.enter(root, command, **piped)


def test_the_demo_ends_in_a_pass(root):
    done = entered(root, "make demo", 1_200)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "✓ passed" in done.stdout
    assert "^~~" not in done.stdout
    assert "Successfully" not in done.stdout


def test_the_tests_pass(root):
    everything = os.environ.get("SCALELAB_BARE_ROOT") == "all"
    done = entered(root, "make test" if everything else PART, 3_600)
    assert done.returncode == 0, done.stdout[-8000:]
