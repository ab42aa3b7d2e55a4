"""No verdict is luck: a run that the machine decided does not count, and there is another."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from scalelab.grade import graded_run
from scalelab.grade.graded_run import BusyMachineError, disturbed, run_and_judge
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


@pytest.fixture
def run_all(monkeypatch, tmp_path):
    """run_all(runs): what `run_and_judge` makes of these, one after the other, and how many steps it told of."""

    def make(*runs):
        left, steps = iter(runs), []
        monkeypatch.setattr(graded_run, "_run", lambda *_: next(left))
        plan = SimpleNamespace(out=tmp_path, seed=0, check_conversion=False, budget=SimpleNamespace(seconds=BUDGET))
        return run_and_judge(plan, 0, SimpleNamespace(on=steps.append)), len(steps)

    return make


LATE, IN_TIME = graded(passed=True, at_most=51.0), graded(passed=True)


def test_a_run_that_was_disturbed_is_followed_by_another_and_that_is_told(run_all):
    assert run_all(IN_TIME) == (IN_TIME, 0)
    assert run_all(LATE, LATE, IN_TIME) == (IN_TIME, 2)


def test_after_three_of_them_there_is_no_verdict_but_a_sentence(run_all):
    with pytest.raises(BusyMachineError, match="Nothing is counted; grade again when it is quiet"):
        run_all(LATE, LATE, LATE, IN_TIME)
