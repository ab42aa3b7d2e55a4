"""Grade the notebooks of a class, student by student: whatever one of them handed in, the class goes on."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from scalelab.course.autograde.restore_cells import is_missing, restored
from scalelab.course.class_grading.misplaced import misplaced
from scalelab.course.class_grading.record import PLACE, LabRecord, drop_record, read_record, write_record
from scalelab.course.class_grading.submissions import StagedSubmission, stage, stage_nothing, write_absent
from scalelab.course.exercises.cells import exercise, grade_id
from scalelab.course.nbgrader_command import nbgrader_again, reason
from scalelab.course.nbgrader_gradebook import Points, most_points, points, settle_all_scores
from scalelab.course.release.manifest import digest
from scalelab.course.release.release import CONFIG
from scalelab.errors import ScaleLabError
from scalelab.files.lock import held
from scalelab.files.scratch import own_folder
from scalelab.sandbox import require

NOTEBOOK_SECONDS = 3600  # the last resort: a notebook's own limits are in nbgrader_config.py
FEEDBACK_SECONDS = 600
SAID_BY_US = ("Stopped", "NotGraded")


@dataclass(frozen=True)
class LabRequest:
    """What is to be graded: LAB of the nbgrader course in that folder, of these students (none named: of all)."""

    lab: str
    course: Path
    students: tuple[str, ...] = ()
    again: bool = False
    sandbox: bool = True


@dataclass(frozen=True)
class Graded:
    """One student's lab. `new`: graded now, not before; `record` is None where it could not be graded at all."""

    student: str
    notebooks: list[Points]
    record: LabRecord | None
    new: bool
    failed: str | None = None


def students(request: LabRequest) -> list[str]:
    """Whose submissions there are. Raises ScaleLabError where there are none, or one that was named has none, or no
    release that they could belong to.
    """
    if not most_points(request.course, request.lab) or not (request.course / CONFIG).is_file():
        first = f"run `nbgrader generate_assignment {request.lab}` there first"
        raise ScaleLabError(f"{request.lab} was not released in {request.course}: {first}.")
    submitted = (request.course / "submitted").glob(f"*/{request.lab}")
    found = sorted(path.parent.name for path in submitted if path.is_dir())
    elsewhere = astray(request)
    for name in request.students:
        if name not in found:
            there = elsewhere.get(name, f"There is no submitted/{name}/{request.lab} in {request.course}.")
            raise ScaleLabError(there)
    if not found and not elsewhere:
        raise ScaleLabError(f"There is no submitted/STUDENT/{request.lab} in {request.course}.")
    return [name for name in found if name in request.students or not request.students]


def astray(request: LabRequest) -> dict[str, str]:
    """{student: sentence} of whoever handed something in that lies where it cannot be graded."""
    labs = {path.name for path in (request.course / "source").iterdir() if path.is_dir()}
    notebooks = most_points(request.course, request.lab)
    found = misplaced(request.course / "submitted", request.lab, labs, notebooks)
    return {name: sentence for name, sentence in found.items() if name in request.students or not request.students}


def grade_labs(request: LabRequest, begin: Callable[[str], None] = lambda student: None) -> Iterator[Graded]:
    """Grade and yield one student after another; `begin` hears who is next.

    What was graded before is passed over while neither the submission nor the lab has changed. Raises ScaleLabError
    where nobody could be graded: no such lab, no sandbox, or another who is at it.
    """
    if request.sandbox:
        require()
    with _alone(request.course):
        for student in students(request):
            begin(student)
            try:
                graded = _grade(request, student)
            except Exception as error:  # whatever it is: it is said, and the class goes on
                graded = Graded(student, [], None, True, f"{type(error).__name__}: {error}")
            yield graded
        for student, sentence in astray(request).items():
            yield Graded(student, [], None, True, sentence)


@contextmanager
def _alone(course: Path) -> Iterator[None]:
    with held(course / PLACE / "lock", wait=False) as mine:
        if not mine:
            raise ScaleLabError(f"{course} is being graded already; wait until that is done, or end it.")
        yield


def _grade(request: LabRequest, student: str) -> Graded:
    if not student.isprintable() or set(student) & set("*?[]{}") or student.startswith(("-", ".")):
        return Graded(student, [], None, True, f"nbgrader cannot take {student!a} for a name; rename the folder.")
    notebooks = sorted(most_points(request.course, request.lab))
    with own_folder("labs-") as own:
        place = own / "submitted"
        submitted = request.course / "submitted" / student / request.lab
        submission = stage(submitted, place / student / request.lab, notebooks, _course_files(request))
        fingerprint = digest(f"{submission.fingerprint} {_lab_fingerprint(request)}".encode())
        record, known = read_record(request.course, request.lab, student), points(request.course, request.lab, student)
        if record and known and record.fingerprint == fingerprint and not record.failed and not request.again:
            return Graded(student, known, record, new=False)
        drop_record(request.course, request.lab, student)
        return _Grading(request, student, notebooks, place).run(submission, fingerprint)


class _Grading:
    """One student's, by nbgrader; what is handed to it lies in `place`."""

    def __init__(self, request: LabRequest, student: str, notebooks: list[str], place: Path):
        self.request, self.student, self.notebooks, self.place = request, student, notebooks, place
        self.start = time.monotonic()

    def run(self, submission: StagedSubmission, fingerprint: str) -> Graded:
        failed = self._autograde(submission)
        if failed:  # the same without what was handed in: scores and feedback say so, and a person has to look
            sentence = f"This submission could not be graded ({failed.rstrip('.')}); a person will look at it."
            self.place = self.place.with_name("nothing")
            submission = stage_nothing(self.place / self.student / self.request.lab, self.notebooks, sentence)
            if broken := self._autograde(submission):
                return Graded(self.student, [], None, True, broken)
        settled = settle_all_scores(self.request.course, self.request.lab, self.student, by_hand=bool(failed))
        notes = {"": submission.notes + settled}
        notes |= {name: self._said(name) for name in self.notebooks}
        no_page = self._feedback()
        record = LabRecord(
            fingerprint=fingerprint,
            notes={name: sentences for name, sentences in notes.items() if sentences},
            failed=failed or no_page,
            sandbox=self.request.sandbox,
            seconds=round(time.monotonic() - self.start, 1),
        )
        write_record(self.request.course, self.request.lab, self.student, record)
        found = points(self.request.course, self.request.lab, self.student)
        return Graded(self.student, found, record, new=True, failed=record.failed)

    def _autograde(self, submission: StagedSubmission) -> str | None:
        """Why it failed, in a sentence; None where it did not."""
        absent = write_absent(submission, self.place.parent)
        return self._nbgrader(
            "autograde",
            NOTEBOOK_SECONDS * len(self.notebooks),
            f"--CourseDirectory.submitted_directory={self.place}",
            f"--SubmissionExporter.absent={absent}",
            f"--RunCells.sandbox={self.request.sandbox}",
            f"--RunCells.source={self.request.course.resolve() / 'source' / self.request.lab}",
        )

    def _feedback(self) -> str | None:
        failed = self._nbgrader("generate_feedback", FEEDBACK_SECONDS)
        return f"its feedback page could not be made: {failed}" if failed else None

    def _nbgrader(self, command: str, seconds: float, *options: str) -> str | None:
        words = (command, self.request.lab, f"--student={self.student}", "--force", *options)
        try:
            done = nbgrader_again(self.request.course, *words, seconds=seconds)
        except subprocess.TimeoutExpired:
            return f"nbgrader {command} did not end within {seconds:,.0f} s"
        return reason(done.stderr) if done.returncode else None

    def _said(self, name: str) -> list[str]:
        """What is said in the graded notebook of what went wrong; not what each test says of a wrong answer."""
        path = self.request.course / "autograded" / self.student / self.request.lab / f"{name}.ipynb"
        notebook = nbformat.read(path, 4)
        sentences = restored(notebook)  # among them: which answers are missing
        missing = {exercise(cell) for cell in notebook.cells if is_missing(cell)}
        for cell in (cell for cell in notebook.cells if exercise(cell) not in missing):
            for output in cell.get("outputs", ()):
                if output.output_type == "error" and output.ename in SAID_BY_US:
                    about = f"{grade_id(cell)}: " if grade_id(cell) else ""
                    sentences.append(f"{about}{output.evalue}")
        return sentences


def _course_files(request: LabRequest) -> set[Path]:
    source = request.course / "source" / request.lab
    return {path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix != ".ipynb"}


def _lab_fingerprint(request: LabRequest) -> str:
    source = request.course / "source" / request.lab
    paths = sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return digest("".join(f"{path.relative_to(source)} {digest(path.read_bytes())}\n" for path in paths).encode())
