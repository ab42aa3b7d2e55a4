"""The result of one grading, as it goes to result.json."""

from pathlib import Path
from typing import Self

import msgspec

from scalelab.check import Report
from scalelab.files.atomic import write_file
from scalelab.grade.output_excerpt import plain


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One of several runs of a submission, as in `Result`."""

    seed: int
    train_accuracy: list[float] = []
    test_accuracy: list[float] = []
    seconds: float | None = None
    run: str = ""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracies are shares (0 to 1) of the last two checkpoints, earlier first; `score` runs from 0 to 100.

    `seconds` is when the last judged checkpoint was complete, by the run's clock from the start of the ranks, and
    `seconds_at_most` the same where all counts that may (scalelab.grade.run.clock.fair_clock); `checkpoint_seconds`
    when each of them was; `budget_seconds` what it had; `worker_images_per_second` the speed that the budget was made
    from, if it was. `run` says in a sentence how the run ended, `run_seconds` how long it took on the wall,
    `output_excerpt` what the ranks said last; `runs` are all runs, of which the one with this `seed` counts.
    `conversion` is what the conversion check found; of it the effective batch alone counts, and only where
    `effective_batch_asked` (images a step) is set.
    """

    passed: bool
    score: float
    reason: str
    train_accuracy: list[float] = []
    test_accuracy: list[float] = []
    seconds: float | None = None
    seconds_at_most: float | None = None
    budget_seconds: float | None = None
    workers: int
    device: str
    dataset: str
    model: str
    checkpoints: list[str] = []
    checkpoint_seconds: list[float] = []
    train_target: float
    test_target: float
    effective_batch_asked: int | None = None
    worker_images_per_second: float | None = None
    seed: int
    sandbox: str
    run: str = ""
    run_seconds: float | None = None
    runs: list[Run] = []
    output_excerpt: list[str] = []
    conversion: Report | None = None

    def plainly(self) -> Self:
        """Fit for a terminal and a page: much of the text comes from the submission."""
        return msgspec.convert(plain(msgspec.to_builtins(self)), type(self))

    def to_json(self) -> bytes:
        """As it stands in result.json."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """The result of `to_json`; raises msgspec.DecodeError where the text is none."""
        return msgspec.json.decode(text, type=cls)

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        write_file(path, self.to_json())
