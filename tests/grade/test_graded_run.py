"""No verdict is luck: a run that the machine decided does not count, and there is another."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from scalelab.grade.graded_run import TRIES, BusyMachineError, disturbed, first_undisturbed
from scalelab.grade.run.checkpoint_watch import Checkpoint
from scalelab.grade.run.clock.fair_clock import WallClock
from scalelab.grade.run.run import Evidence
from scalelab.grade.verdict import Judgement, Verdict
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output

BUDGET = 50.0


class SlowClock(WallClock):
    def trusted(self):
        return False


def graded(*, passed, at_most=40.0, ended="finished", clock=None):
    checkpoints = [Checkpoint(Path(f"{epoch}"), epoch, 30.0, at_most=at_most) for epoch in (1, 2)]
    evidence = Evidence(Outcome(ended, "", 60.0, Output(2)), clock or WallClock(), checkpoints)
    judgement = Judgement(checkpoints, [], Verdict(passed, 100.0 if passed else 0.0, ""))
    return SimpleNamespace(evidence=evidence, judgement=judgement)


@pytest.mark.parametrize(
    ("run", "disturbs"),
    [
        (graded(passed=True), False),
        (graded(passed=True, clock=SlowClock()), False),  # in time by either count: no load could have helped it
        (graded(passed=True, at_most=51.0), True),
        (graded(passed=False, ended="timeout"), False),
        (graded(passed=False, ended="timeout", clock=SlowClock()), True),
        (
            graded(passed=False, at_most=51.0, clock=SlowClock()),
            False,
        ),  # it ended by itself: time was not what it lacked
        (graded(passed=False, ended="failed", clock=SlowClock()), False),
    ],
)
def test_the_machine_decides_no_verdict(run, disturbs):
    assert disturbed(run, BUDGET) == disturbs


def test_a_run_that_was_disturbed_is_followed_by_another():
    runs, between = iter([True, True, False]), []
    assert first_undisturbed(lambda: next(runs), bool, lambda: between.append(1)) is False
    assert len(between) == 2


def test_after_three_of_them_there_is_no_verdict_but_a_sentence():
    between = []
    with pytest.raises(BusyMachineError, match="Nothing is counted; grade again when it is quiet"):
        first_undisturbed(lambda: True, bool, lambda: between.append(1))
    assert len(between) == TRIES - 1
