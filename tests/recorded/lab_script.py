"""A script of Lab 2 that is put to the tests of its notebook, judged from a record of its runs."""

import contextlib
import io
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recorded import record
from recorded.check import AROUND, OBSERVER
from recorded.code import LIBRARY, closure, digest_of_code, digest_of_text
from recorded.runs import Key, RecordedRuns, RecordingRuns, told_from_json, told_to_json
from scalelab.course.conversion.evidence import EvidenceStore, evidence_from

CONVERSION = LIBRARY / "course" / "conversion"
WITHIN = [OBSERVER, CONVERSION / "isolated" / "rank.py"]


@dataclass(frozen=True)
class RecordedScript:
    """A script by its file's name and its text; `tests` are the cells, or what stands for them, that it is put to."""

    name: str
    file: str
    text: str
    tests: tuple[str, ...]

    def write(self, folder: Path) -> Path:
        """Lay the script into a folder, under its name."""
        script = folder / self.file
        script.write_text(self.text)
        return script

    def depends(self) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            script = self.write(Path(folder))
            ranks = closure([*WITHIN, script]) - {script}
        return {
            "the script": digest_of_text(self.file, self.text),
            "what runs within the ranks": digest_of_code(ranks),
            "what surrounds them": digest_of_code(
                [*AROUND, CONVERSION / "isolated" / "run.py", CONVERSION / "runs.py"]
            ),
        }

    def make(self) -> None:
        """Put the script to its tests on real ranks, and keep what those told."""
        begin, told = time.perf_counter(), {}
        self._put_to_tests(EvidenceStore(lambda script, sizes: RecordingRuns(told, script, sizes)))
        record.write(self.name, self.depends(), time.perf_counter() - begin, told_to_json(told))

    def stale(self) -> str | None:
        """Why the script cannot be judged from its record, if it cannot."""
        try:
            self._put_to_tests(self.store())
        except record.StaleRecordError as error:
            return str(error)
        return None

    def store(self, asked: list[Key] | None = None) -> EvidenceStore:
        """What is known of the script by its record; what is asked for is added to `asked`. Raises StaleRecordError."""
        text = record.read(self.name, self.depends()).told
        try:
            told = told_from_json(text)
        except ValueError as error:
            raise record.broken(self.name, error) from None
        return EvidenceStore(lambda _, sizes: RecordedRuns(self.name, told, [] if asked is None else asked, sizes))

    def _put_to_tests(self, store: EvidenceStore) -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), evidence_from(store):
            self.write(Path(folder))
            for test in self.tests:
                with _quietly():
                    exec(compile(test, self.name, "exec"), {"__name__": "__main__"})


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Whatever a test says of the script is not for now."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except (record.StaleRecordError, record.TooBusyError):
        raise
    except Exception:
        pass
