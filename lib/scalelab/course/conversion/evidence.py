"""What is known of a script: the conversion check's report, and runs of it on ranks that share no disk.

Each is made when it is asked for, and kept: to grade a finished script step by step costs no more than once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path

from scalelab.check import Report, judge_observation
from scalelab.course.conversion.isolated import IsolatedRanks
from scalelab.course.conversion.runs import Runs, Sizes
from scalelab.errors import ScaleLabError


class Evidence:
    """Of one script, from its runs."""

    def __init__(self, script: Path, sizes: Sizes, runs: Runs):
        self.script, self.runs = script, runs
        self.workers, self.images, self.validation = sizes.workers, sizes.images, sizes.validation

    @cached_property
    def report(self) -> Report:
        """The conversion check's; raises ScaleLabError where the script cannot be run at all."""
        return judge_observation(self.runs.watched(), self.script)

    @cached_property
    def fresh(self) -> IsolatedRanks:
        """The run from the start."""
        return self.runs.fresh()

    @cached_property
    def resumed(self) -> IsolatedRanks:
        """Asked for after the fresh run, as the next is."""
        return self.runs.resumed()

    @cached_property
    def resumed_isolated(self) -> IsolatedRanks:
        """A run resumed from a checkpoint that each rank has on a disk of its own, with other numbers on each."""
        return self.runs.resumed_isolated()


class EvidenceStore:
    """Keeps what is known of the last scripts, each as it stood on disk then; `make_runs(script, sizes)` runs one."""

    def __init__(self, make_runs: Callable[[Path, Sizes], Runs] = Runs, most: int = 16):
        self.make_runs, self.most = make_runs, most
        self.kept: dict[tuple, Evidence] = {}

    def of(self, script: Path | str, sizes: Sizes) -> Evidence:
        """What is known of this very text, or will be. Raises ScaleLabError where there is no such file."""
        script = Path(script).resolve()
        if not script.is_file():
            raise ScaleLabError(f"There is no {script.name} in {script.parent}; put the script beside the notebook.")
        key = (script, script.read_bytes(), sizes)
        if key not in self.kept:
            if len(self.kept) >= self.most:
                del self.kept[next(iter(self.kept))]  # and with it the folder of its runs
            self.kept[key] = Evidence(script, sizes, self.make_runs(script, sizes))
        return self.kept[key]


_IN_USE: ContextVar[EvidenceStore] = ContextVar("evidence", default=EvidenceStore())  # noqa: B039 - one a process


def store() -> EvidenceStore:
    """What `expect_step` asks."""
    return _IN_USE.get()


@contextmanager
def evidence_from(other: EvidenceStore) -> Iterator[None]:
    """Within this, `expect_step` asks another store."""
    token = _IN_USE.set(other)
    try:
        yield
    finally:
        _IN_USE.reset(token)
