"""The conversion check of a script, judged from a record."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from recorded import record
from recorded.code import LIBRARY, closure, digest_of_code, digest_of_text
from scalelab.check import Observation, Report, judge_observation, observe_run

CHECK = LIBRARY / "check"
OBSERVER = CHECK / "observe" / "__main__.py"
# What surrounds the ranks and says how they ended. By which command they are started, followed and killed leaves what
# they tell as it is: that is tried on real ranks.
AROUND = [CHECK / name for name in ("run.py", "working_copy.py", "deadlock.py")]
AROUND += [LIBRARY / "launch" / name for name in ("diagnose.py", "output.py")]


@dataclass(frozen=True)
class RecordedCheck:
    """`change`: words of the script, and what stands in their place."""

    name: str
    script: Path
    arguments: tuple[str, ...] = ()
    workers: int = 2
    change: tuple[str, str] | None = None

    def depends(self) -> dict[str, str]:
        texts = [path.read_text() for path in self._files()]
        ranks = closure([OBSERVER, *self._files()]) - set(self._files())
        return {
            "the script": digest_of_text(*texts, *self.arguments, str(self.workers), *(self.change or ())),
            "what runs within the ranks": digest_of_code(ranks),
            "what surrounds them": digest_of_code(AROUND),
        }

    def make(self) -> Report:
        """Run the ranks, keep what they told, and judge it."""
        begin = time.perf_counter()
        observation = self.observe()
        record.refuse_chance(self.name, observation.outcome.ended, observation.outcome.reason)
        told = observation.to_json()
        report = self.judge(observation)
        assert self.judge(Observation.from_json(told)) == report, f"{self.name}: the record is judged in another way"
        record.write(self.name, self.depends(), time.perf_counter() - begin, told)
        return report

    def observe(self) -> Observation:
        """Run the ranks, in an empty working folder."""
        with self._as_run() as script, tempfile.TemporaryDirectory() as empty:
            return observe_run(script, self.arguments, self.workers, folder=empty)

    def judge(self, observation: Observation) -> Report:
        with self._as_run() as script:
            return judge_observation(observation, script)

    def stale(self) -> str | None:
        """Why the record cannot be judged, if it cannot."""
        try:
            self.report()
        except record.StaleRecordError as error:
            return str(error)
        return None

    def report(self) -> Report:
        """What the check says of the record. Raises StaleRecordError."""
        told = record.read(self.name, self.depends()).told
        try:
            return self.judge(Observation.from_json(told))
        except msgspec.MsgspecError as error:
            raise record.broken(self.name, error) from None

    @contextmanager
    def _as_run(self) -> Iterator[Path]:
        if not self.change:
            yield self.script
            return
        old, new = self.change
        with tempfile.TemporaryDirectory() as folder:
            for path in self._files():
                shutil.copy(path, folder)
            copy = Path(folder) / self.script.name
            assert old in copy.read_text()
            copy.write_text(copy.read_text().replace(old, new))
            yield copy

    def _files(self) -> list[Path]:
        """The script, and its parts beside it."""
        parts = (path for path in sorted(self.script.parent.glob("_*.py")) if path.stem in self.script.read_text())
        return [self.script, *parts]
