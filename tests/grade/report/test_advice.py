"""What a learner could do next is said where the figures show it, and nowhere else."""

import msgspec
import pytest

from scalelab.grade.report.advice import advise
from scalelab.grade.result import Result
from scalelab.train import Row

SHORT = Result(
    passed=False, score=80, reason="Test accuracy 0.650 is below 0.710.", train_accuracy=[0.72, 0.73],
    test_accuracy=[0.65, 0.66], train_target=0.785, test_target=0.71, seconds=80.0, budget_seconds=90.0, workers=2,
    device="cpu", dataset="any", model="small-resnet", seed=0, sandbox="none",
)  # fmt: skip


def rows(*rates):
    return [
        Row(seconds=10.0 * epoch, epoch=epoch, images=1000 * epoch, images_per_second=100, loss=1, lr=lr)
        for epoch, lr in enumerate(rates, start=1)
    ]


def changed(**values):
    return msgspec.structs.replace(SHORT, **values)


@pytest.mark.parametrize(
    ("result", "reported", "says"),
    [
        (SHORT, rows(0.1, 0.2, 0.12), "still stood at 60% of its highest: the schedule wanted more epochs than fit. 3"),
        (changed(train_accuracy=[0.86, 0.85]), [], "knows 85% of the training images and 65% of others"),
        (changed(seconds=45.0), [], "after 50% of the time: more epochs fit"),
    ],
)
def test_a_cause_that_shows_is_named(result, reported, says):
    (sentence,) = advise(result, reported)
    assert says in sentence


@pytest.mark.parametrize(
    ("result", "reported"),
    [
        (SHORT, rows(0.1, 0.2, 0.0)),
        (SHORT, rows(0.1, 0.1, 0.1)),
        (SHORT, []),
        (changed(passed=True), rows(0.1, 0.2, 0.2)),
        (changed(train_accuracy=[], test_accuracy=[]), rows(0.1, 0.2, 0.2)),
    ],
)
def test_what_does_not_show_is_not_said(result, reported):
    assert advise(result, reported) == []
