"""A test sees the processes of its own, in a sandbox or not, and no other's."""

import subprocess
import sys

import pytest

from harness.leftovers import processes_of, walled_of
from harness.patience import waited
from scalelab.launch.command import python
from scalelab.sandbox import SandboxSpec, wrap_command

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def places(tmp_path):
    """Of one test and of another."""
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
    return tmp_path / "mine", tmp_path / "other"


def test_a_program_is_his_whose_folder_it_was_given(places):
    mine, other = places
    with subprocess.Popen([sys.executable, "-c", SLEEP, mine / "x"]) as program:
        assert waited(lambda: processes_of(mine) == {program.pid})
        assert processes_of(other) == walled_of(mine) == set()
        program.kill()
    assert processes_of(mine) == set()


def test_in_a_sandbox_it_is_known_by_what_was_mounted_for_it(places):
    mine, other = places
    with subprocess.Popen(wrap_command(SandboxSpec(write=[mine]), [python(), "-c", SLEEP])) as program:
        assert waited(lambda: walled_of(mine))
        assert walled_of(mine) <= processes_of(mine)
        assert processes_of(other) == set()
        program.kill()
    assert waited(lambda: not processes_of(mine))
