"""Time to accuracy: the first report of a run at which a target was reached, and kept."""

from collections.abc import Sequence
from math import nan

from scalelab.train.record import Row


def reached(rows: Sequence[Row], target: float, patience: int) -> Row | None:
    """The first report at which `patience` validation accuracies in a row were at or above the target."""
    in_a_row = 0
    for row in rows:
        above = row.validation_accuracy is not None and row.validation_accuracy >= target
        in_a_row = in_a_row + 1 if above else 0
        if in_a_row >= patience:
            return row
    return None


def crossing(rows: Sequence[Row], target: float, patience: int, field: str) -> float:
    """`field` of the reports where the accuracy passed the target to stay for `patience` of them; NaN if it never did.

    In a straight line between the report before and the first of them. A run begins with nothing learned: its accuracy
    counts as 0.
    """
    last = reached(rows, target, patience)
    if last is None:
        return nan
    first = list(rows).index(last) - patience + 1
    after, before = rows[first], rows[first - 1] if first else None
    low, start = (before.validation_accuracy or 0.0, getattr(before, field)) if before else (0.0, 0.0)
    part = (target - low) / ((after.validation_accuracy or 0.0) - low)
    return start + part * (getattr(after, field) - start)
