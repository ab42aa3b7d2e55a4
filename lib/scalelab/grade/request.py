"""What somebody asks of the grader for one submission."""

from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.grade.rubric import Rubric
from scalelab.sandbox import require

SANDBOXED = "bubblewrap"
ASKED = "none, as --unsafe-no-sandbox asked: it ran as the user who graded"


@dataclass(frozen=True)
class GradeRequest:
    """One submission to grade. None means: as the rubric says, or as the search for data finds.

    `budget_seconds` are of `FairClock` where `probe_seconds` says what a probe read when they were measured.
    `unsafe`: the file may run without a sandbox, and on what ground, as it is put into the result.
    """

    file: Path
    out: Path
    rubric: Rubric
    device: str = "cpu"
    workers: int | None = None
    data: Path | None = None
    budget_seconds: float | None = None
    seed: int = 0
    check_conversion: bool = True
    unsafe: bool = False
    ground: str = ASKED
    probe_seconds: float | None = None

    def check(self) -> None:
        """Raise ScaleLabError for a request that cannot be carried out."""
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise ScaleLabError(f"{self.out} is already there and not an empty folder; give --out a new one.")
        if not self.unsafe:
            require()
        if self.device == "gpu":
            import torch  # late: whatever else is wrong is told before torch is loaded

            if not torch.cuda.is_available():
                raise ScaleLabError("No GPU can be used here; see `scalelab doctor`, or grade with --device cpu.")
