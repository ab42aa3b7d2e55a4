"""Time to accuracy: the first report of a run at which a target was reached, and kept."""

from collections.abc import Sequence

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
