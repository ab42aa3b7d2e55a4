"""The terminal shows what a submission said as text, whatever it said."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from scalelab.grade.progress import RanksRunning, StepStarted
from scalelab.grade.result import Result
from scalelab.terminal.grading import Screen, show_verdict
from scalelab.train import Row

REFUSED = Result(
    passed=False,
    score=0,
    reason="Rank 1 stopped with ValueError: [/red] and [bold]this (assessment.py, line 3).",
    train_target=0.72,
    test_target=0.67,
    workers=2,
    device="cpu",
    dataset="stand-in images",
    model="small-resnet",
    seed=0,
    sandbox="none",
)


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


def test_brackets_in_a_learners_error_are_shown_as_they_are(console):
    show_verdict(console, REFUSED, Path("runs/[odd]"))
    shown = console.file.getvalue()
    assert REFUSED.reason in shown
    assert "Feedback: runs/[odd]/feedback.html" in shown
    assert "not passed: 0 of 100" in shown


def test_a_log_shows_life_now_and_then_and_the_latest_report(console):
    row = Row(seconds=9.0, epoch=2, images=100, images_per_second=50.0, loss=1.5, train_accuracy=0.25)
    with Screen(console) as screen:
        screen.on(StepStarted("Data: [odd] images"))
        for seconds in (1.0, 11.0, 12.0, 22.0):
            screen.on(RanksRunning(seconds, 90.0, [row] if seconds == 12.0 else []))
    assert console.file.getvalue().splitlines() == [
        "Data: [odd] images",
        "  11 of 90 s  starting the ranks",
        "  22 of 90 s  epoch 2  loss 1.500  training 0.250  50 images/s",
    ]


def test_each_run_of_a_submission_shows_life_from_its_beginning(console):
    with Screen(console) as screen:
        for _ in range(2):
            screen.on(StepStarted("Running"))
            screen.on(RanksRunning(11.0, 90.0))
    assert console.file.getvalue().splitlines() == 2 * ["Running", "  11 of 90 s  starting the ranks"]


def test_what_the_ranks_do_is_shown_until_they_report(console):
    with Screen(console) as screen:
        screen.on(RanksRunning(11.0, 90.0, doing="compiling"))
        screen.on(RanksRunning(22.0, 90.0, doing="computing"))
    assert console.file.getvalue().splitlines() == ["  11 of 90 s  compiling", "  22 of 90 s  computing"]
