"""What an instructor asks of the grader for a whole class."""

from dataclasses import dataclass, replace
from pathlib import Path

from scalelab.grade.request import GradeRequest
from scalelab.grade.rubric import Rubric


@dataclass(frozen=True)
class ClassRequest:
    """All submissions in `folder`, graded alike; `out` may hold what an earlier start has graded.

    workers: ranks of each submission. check: whether to run the conversion check too. budget_seconds: None takes what
    an earlier start settled, or measures. again: students whose results are set aside first.
    most_a_day: how often a student is graded within a day, those in `again` aside; None: as often as there is something
    new.
    """

    folder: Path
    out: Path
    rubric: Rubric
    device: str
    workers: int
    data: Path | None = None
    budget_seconds: float | None = None
    seed: int = 0
    check: bool = True
    unsafe: bool = False
    again: tuple[str, ...] = ()
    most_a_day: int | None = None

    def absolute(self) -> "ClassRequest":
        """The same for a process that works in another folder."""
        data = self.data and self.data.absolute()
        return replace(self, folder=self.folder.absolute(), out=self.out.absolute(), data=data)

    def of(
        self, file: Path, out: Path, budget_seconds: float | None, probe_seconds: float | None = None
    ) -> GradeRequest:
        """The order for one submission."""
        return GradeRequest(
            file=file,
            out=out,
            rubric=self.rubric,
            device=self.device,
            workers=self.workers,
            data=self.data,
            budget_seconds=budget_seconds,
            seed=self.seed,
            check_conversion=self.check,
            unsafe=self.unsafe,
            probe_seconds=probe_seconds,
        )
