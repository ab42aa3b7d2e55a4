"""What a learner could do next, from what a grader can see; it changes no verdict."""

from collections.abc import Sequence

from scalelab.grade.result import Result
from scalelab.train import Row

LEARNED_BY_HEART = 0.15  # training minus test accuracy; with augmentation it is about half as much
STILL_HIGH = 0.25  # of the highest learning rate
TIME_LEFT = 0.6  # of the budget


def advise(result: Result, rows: Sequence[Row]) -> list[str]:
    """Sentences for a run that has not passed, the likeliest cause first; `rows` is what its script reported."""
    if result.passed or not result.test_accuracy:
        return []
    return [sentence for sentence in (_cut_short(result, rows), _by_heart(result), _time_left(result)) if sentence]


def _cut_short(result: Result, rows: Sequence[Row]) -> str | None:
    lrs = [row.lr for row in rows if row.lr is not None]
    if len(lrs) < 2 or result.seconds is None or max(lrs) <= 0:
        return None
    left = lrs[-1] / max(lrs)
    if left < STILL_HIGH or len(set(lrs)) == 1:  # a constant rate wants no number of epochs
        return None
    return (
        f"When the time was over the learning rate still stood at {left:.0%} of its highest: the schedule wanted more "
        f"epochs than fit. {rows[-1].epoch:g} were reported; let it end with them."
    )


def _by_heart(result: Result) -> str | None:
    train, test = min(result.train_accuracy), min(result.test_accuracy)
    if train - test < LEARNED_BY_HEART or test >= result.test_target:
        return None
    return (
        f"It knows {train:.0%} of the training images and {test:.0%} of others: it learns by heart. "
        "Augmented images cannot be."
    )


def _time_left(result: Result) -> str | None:
    if result.seconds is None or not result.budget_seconds or result.seconds > TIME_LEFT * result.budget_seconds:
        return None
    share = result.seconds / result.budget_seconds
    return f"Its last checkpoint was there after {share:.0%} of the time: more epochs fit."
