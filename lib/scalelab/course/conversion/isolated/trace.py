"""What a rank records of its run, from the first step to the last."""

import msgspec


class Batch(msgspec.Struct, frozen=True):
    """A batch that was trained on: the sum of its losses, how many the model named rightly, their labels."""

    loss: float
    right: int
    labels: list[int]


class MeasuredAccuracy(msgspec.Struct, frozen=True):
    """A call of `scalelab.train.accuracy`: on how many images, with what result, after how many batches."""

    images: int
    accuracy: float
    batches: int


class ReportedValues(msgspec.Struct, frozen=True):
    """What was given to the run record, after how many batches."""

    values: dict[str, float]
    batches: int


class RankTrace(msgspec.Struct):
    """One rank's run. Digests are of the exact bits; `state` is momentum and the like; start: before the first step.

    `logged` holds what the script's Python wrote to its standard error, warnings aside.
    """

    batches: list[Batch] = []
    measured: list[MeasuredAccuracy] = []
    reported: list[ReportedValues] = []
    start_weights: str = ""
    start_state: str = ""
    end_weights: str = ""
    logged: list[str] = []
    end_state: str = ""

    @property
    def images(self) -> int:
        """Images trained on, counted as often as they came."""
        return sum(len(batch.labels) for batch in self.batches)

    def epoch(self, number: int, epochs: int) -> list[Batch]:
        """The batches of epoch `number` (from 0) of a run of `epochs`, which are equally long."""
        length = len(self.batches) // epochs
        return self.batches[number * length : (number + 1) * length]

    def measured_in(self, number: int, epochs: int) -> list[MeasuredAccuracy]:
        """What was measured between the end of that epoch and the end of the next."""
        length = len(self.batches) // epochs
        return [one for one in self.measured if (number + 1) * length <= one.batches < (number + 2) * length]
