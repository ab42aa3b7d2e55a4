"""The submissions of a class, as they lie in a folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.paths import OF_THE_CLASS

SCRIPT = "assessment.py"
ASSIGNMENT = "assessment"
MEANT = (".py", ".ipynb")  # in whatever case, of a file that is no submission but was meant to be one
MOST_SAID, LONGEST_SAID = 5, 60  # names, and characters of each
LONGEST_NAME = 200  # bytes: the file system takes 255, and temporary names are longer


@dataclass(frozen=True)
class Submission:
    """A student and the file handed in; `refusal` says what is wrong with it where that can be seen from outside."""

    student: str
    file: Path
    refusal: str = ""


def find_submissions(folder: Path, out: Path) -> list[Submission]:
    """All submissions, by student; one that lies there under another name is refused with a word on what was found.

    FOLDER/<student>.py, FOLDER/<student>/assessment.py, or nbgrader's FOLDER/<student>/<assignment>/assessment.py.
    Raises ScaleLabError where there is no such folder or nothing in it, or the results would lie among submissions.
    """
    if not folder.is_dir():
        raise ScaleLabError(f"There is no folder {folder}; give the one that holds the submissions.")
    if _real(out) == _real(folder):
        raise ScaleLabError(f"Results cannot go to {folder}, where the submissions are; give --out another folder.")
    scripts: dict[str, list[Path]] = {}
    refused: dict[str, Submission] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "__pycache__")) or _real(entry) == _real(out):
            continue
        try:
            student, found, refusal = _look(entry)
        except OSError as error:  # of this student alone
            student = entry.stem if entry.suffix == ".py" else entry.name
            found, refusal = [], f"{entry.name} cannot be looked into ({error.strerror})."
        scripts.setdefault(student, []).extend(found)
        if refusal:
            refused[student] = Submission(_readable(student), entry, _readable(refusal))
    handed_in = {student: _submission(folder, student, found) for student, found in scripts.items() if found}
    submissions = refused | handed_in
    if not submissions:
        raise ScaleLabError(f"There is no submission in {folder}: neither NAME.py nor NAME/{SCRIPT}.")
    return [submission for _, submission in sorted(submissions.items())]


def _look(entry: Path) -> tuple[str, list[Path], str]:
    """Whose it is, the scripts in it, and where there are none but something was meant to be one, what to do."""
    if entry.is_dir():
        found = _in_folder(entry)
        return entry.name, found, "" if found else f"Hand in as {SCRIPT}; found: {_names_in(entry)}."
    if entry.suffix == ".py":
        return entry.stem, [entry], ""
    meant = entry.suffix.lower() in MEANT
    return entry.stem, [], f"Hand in as {entry.stem}.py; found: {entry.name}." if meant else ""


def _in_folder(folder: Path) -> list[Path]:
    """The scripts in a student's folder: its own, that of the assignment, or those of all assignments."""
    for script in (folder / SCRIPT, folder / ASSIGNMENT / SCRIPT):
        if script.exists() or script.is_symlink():
            return [script]
    return [script for sub in sorted(folder.iterdir()) if (script := sub / SCRIPT).exists() or script.is_symlink()]


def _names_in(folder: Path) -> str:
    """Some names of what a student has handed in instead."""
    place = folder / ASSIGNMENT if (folder / ASSIGNMENT).is_dir() else folder
    names = sorted(path.name[:LONGEST_SAID] for path in place.iterdir() if not path.name.startswith("."))
    return ", ".join([*names[:MOST_SAID], *["..."][: len(names) > MOST_SAID]]) or "nothing"


def _submission(folder: Path, student: str, found: list[Path]) -> Submission:
    file = found[0]
    readable = _readable(student)
    if readable != student or len(student.encode()) > LONGEST_NAME or student in OF_THE_CLASS:
        return Submission(readable, file, "The name cannot be a student's; rename the file.")
    return Submission(student, file, _readable(_what_is_wrong(folder, found)))


def _what_is_wrong(folder: Path, found: list[Path]) -> str:
    """In a sentence; empty where nothing is."""
    file, name = found[0], found[0].relative_to(folder)
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        return f"There are {len(found)} submissions ({names}); leave one."
    if _real(file) != _real(folder) / name:
        return f"{name} is a link to {_real(file)}; copy the file."
    return "" if _is_file(file) else f"{name} is not a file."


def _real(path: Path) -> Path:
    """Where it leads to; other than `Path.resolve`, it raises nothing for links that lead in a ring."""
    return Path(os.path.realpath(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _readable(text: str) -> str:
    """The text without what steers a terminal, or cannot be written as text at all."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
