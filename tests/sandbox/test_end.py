"""Whatever a program in the walls does to live on, it ends with the one that started it."""

import contextlib
import subprocess
from collections.abc import Iterator

import pytest
from harness.leftovers import walled_of
from harness.patience import waited

from scalelab.launch.command import python
from scalelab.sandbox import Caps, SandboxSpec, make_group, wrap_command

pytestmark = pytest.mark.usefixtures("alone")
LIVES_ON = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
print("ready", flush=True)
if len(sys.argv) > 1:
    time.sleep(600)
"""
TAKES_MEMORY = "taken = []\nwhile True: taken.append(bytearray(10_000_000))"


@contextlib.contextmanager
def started(tmp_path, *words) -> Iterator[subprocess.Popen]:
    """The program once it has begun; it is killed at the latest when the test is done with it."""
    tmp_path.joinpath("out").mkdir()
    command = wrap_command(SandboxSpec(write=[tmp_path / "out"]), [python(), "-c", LIVES_ON, *words])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout.readline() == "ready\n"
            yield program
        except BaseException:
            program.kill()
            raise


@pytest.fixture
def all_end(tmp_path):
    """What of the test's own is in walls; at its end, nothing."""
    yield lambda: walled_of(tmp_path)
    assert waited(lambda: not walled_of(tmp_path)), walled_of(tmp_path)


def test_daemons_end_with_the_program(tmp_path, all_end):
    with started(tmp_path):
        pass


def test_all_end_when_the_starter_is_killed(tmp_path, all_end):
    with started(tmp_path, "and stay") as program:
        assert waited(lambda: len(all_end()) >= 4)  # they may still be on their way
        program.kill()


def test_memory_of_all_together_is_capped_where_the_kernel_counts_it():
    group = make_group(Caps(memory_gb=0.2))
    if group is None:
        pytest.skip("needs control groups: a kernel that lets us make one; else the grader looks at the memory itself")
    with group:
        command = wrap_command(SandboxSpec(group=group), [python(), "-c", TAKES_MEMORY])
        assert subprocess.run(command, capture_output=True, timeout=600).returncode == 137
        assert group.met("memory")
        assert not group.met("pids")
    assert not any(folder.exists() for folder in group.folders.values())


def test_the_first_word_of_a_program_is_its_own_output_alone():
    done = subprocess.run(wrap_command(SandboxSpec(), [python(), "-c", "print(1)"]), capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)
