"""Whatever a stranger's words make the grader's own code do, the grader goes on."""

import os
import resource
import signal
import subprocess
import sys
import time

import psutil
import pytest

from scalelab.errors import ScaleLabError
from scalelab.sandbox import limited_fork

WORKS_FOR_EVER = """
import os, time
from scalelab.sandbox import limited_fork
limited_fork.SECONDS = 600
limited_fork.limited_fork(lambda: print(os.getpid(), flush=True) or time.sleep(600) or b"")
"""


def test_the_answer_comes_back_whole():
    assert limited_fork.limited_fork(lambda: b"x" * 150_000) == b"x" * 150_000


@pytest.mark.parametrize(
    "work",
    [
        lambda: [][1], lambda: b"x" * 300_000, lambda: bytes(3_000_000_000), lambda: time.sleep(60) or b"late",
        lambda: os._exit(0), lambda: os.kill(os.getpid(), 9),
    ],
    ids=["error", "long", "memory", "slow", "exit", "killed"],
)  # fmt: skip
def test_one_that_goes_wrong_is_a_sentence(monkeypatch, work):
    monkeypatch.setattr(limited_fork, "SECONDS", 2)
    with pytest.raises(ScaleLabError, match="could not be judged"):
        limited_fork.limited_fork(work)


def test_a_copy_does_not_outlive_a_grader_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", WORKS_FOR_EVER], stdout=subprocess.PIPE, text=True) as grader:
        copy = psutil.Process(int(grader.stdout.readline()))
        grader.send_signal(signal.SIGKILL)
        assert psutil.wait_procs([copy], timeout=600)[1] == []


def test_a_copy_has_no_more_time_of_the_processor_than_the_grader_waits_for_it():
    assert limited_fork.limited_fork(lambda: str(resource.getrlimit(resource.RLIMIT_CPU)[1]).encode()) == b"4"
