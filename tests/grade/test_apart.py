"""Whatever a stranger's words make the grader's own code do, the grader goes on."""

import os
import time

import pytest

from scalelab.errors import ScaleLabError
from scalelab.grade import apart


def test_the_answer_comes_back_whole():
    assert apart.apart(lambda: b"x" * 150_000) == b"x" * 150_000


@pytest.mark.parametrize(
    "work",
    [
        lambda: [][1], lambda: b"x" * 300_000, lambda: bytes(3_000_000_000), lambda: time.sleep(60) or b"late",
        lambda: os._exit(0), lambda: os.kill(os.getpid(), 9),
    ],
    ids=["error", "long", "memory", "slow", "exit", "killed"],
)  # fmt: skip
def test_one_that_goes_wrong_is_a_sentence(monkeypatch, work):
    monkeypatch.setattr(apart, "SECONDS", 2)
    with pytest.raises(ScaleLabError, match="could not be judged"):
        apart.apart(work)
