"""The submissions of a class, as they lie in a folder."""

from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.places import OF_THE_CLASS

SCRIPT = "assessment.py"
ASSIGNMENT = "assessment"
LONGEST_NAME = 200  # bytes: the file system takes 255, and temporary names are longer


@dataclass(frozen=True)
class Submission:
    """A student and the file handed in; `refusal` says what is wrong with it where that can be seen from outside."""

    student: str
    file: Path
    refusal: str = ""


def find_submissions(folder: Path, out: Path) -> tuple[list[Submission], list[str]]:
    """All submissions, by student, and the names of folders that hold none.

    FOLDER/<student>.py, FOLDER/<student>/assessment.py, or nbgrader's FOLDER/<student>/<assignment>/assessment.py.
    Raises ScaleLabError where there is no such folder or nothing in it, or the results would lie among submissions.
    """
    if not folder.is_dir():
        raise ScaleLabError(f"There is no folder {folder}; give the one that holds the submissions.")
    if out.resolve() == folder.resolve():
        raise ScaleLabError(f"Results cannot go to {folder}, where the submissions are; give --out another folder.")
    files: dict[str, list[Path]] = {}
    without = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "__pycache__")) or entry.resolve() == out.resolve():
            continue
        if entry.is_dir():
            found = _in_folder(entry)
            files.setdefault(entry.name, []).extend(found)
            without += [] if found else [entry.name]
        elif entry.suffix == ".py":
            files.setdefault(entry.stem, []).append(entry)
    submissions = [_submission(folder, student, found) for student, found in sorted(files.items()) if found]
    if not submissions:
        raise ScaleLabError(f"There is no submission in {folder}: neither NAME.py nor NAME/{SCRIPT}.")
    return submissions, without


def _in_folder(folder: Path) -> list[Path]:
    """The scripts in a student's folder: its own, that of the assignment, or those of all assignments."""
    for script in (folder / SCRIPT, folder / ASSIGNMENT / SCRIPT):
        if script.exists() or script.is_symlink():
            return [script]
    return [script for sub in sorted(folder.iterdir()) if (script := sub / SCRIPT).exists() or script.is_symlink()]


def _submission(folder: Path, student: str, found: list[Path]) -> Submission:
    file = found[0]
    readable = student.encode("utf-8", "backslashreplace").decode()
    if not student.isprintable() or len(readable.encode()) > LONGEST_NAME or student in OF_THE_CLASS:
        return Submission(readable, file, "The name cannot be a student's; rename the file.")
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        return Submission(student, file, f"There are {len(found)} submissions ({names}); leave one.")
    if file.resolve() != folder.resolve() / file.relative_to(folder):
        return Submission(student, file, f"{file.relative_to(folder)} is a link to {file.resolve()}; copy the file.")
    if not file.is_file():
        return Submission(student, file, f"{file.relative_to(folder)} is not a file.")
    return Submission(student, file)
