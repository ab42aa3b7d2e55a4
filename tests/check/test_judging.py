"""What the verdict on a run that is over leaves out."""

import pytest

from scalelab.check.events import Alive, Call, Ended
from scalelab.check.judging import judge_run
from scalelab.check.rank_events import RankEvents
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output

CLOSED = Ended(1, "BrokenPipeError: [Errno 32] Broken pipe", "train.py, line 9", left_loop=True)


def rank(number, *events):
    """A rank that has begun, and waits in a call where nothing else is said of it."""
    return RankEvents(
        number,
        [Call(name="init", step=0, where="train.py, line 1"), Alive(1, "train.py, line 5", "allreduce"), *events],
    )


@pytest.mark.parametrize("ended", ["stopped", "timeout"])
def test_a_rank_that_prints_while_it_is_ended_has_not_crashed(ended):
    outcome = Outcome(ended, "Stalled: the ranks wait for one another.", 8.0, Output(2))
    report = judge_run([rank(0, CLOSED), rank(1)], outcome)
    assert "stalled" in report.ids()
    assert "rank-crashed" not in report.ids()


def test_a_pipe_of_its_own_that_broke_is_a_crash():
    report = judge_run([rank(0, CLOSED), rank(1)], Outcome("failed", "Rank 0 stopped.", 8.0, Output(2)))
    assert "rank-crashed" in report.ids()
