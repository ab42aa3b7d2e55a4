"""Stages what a learner handed in so that nbgrader can take it: ordinary files under the names it expects."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scalelab.course.class_grading.misplaced import left_inside, misnamed

MOST_BYTES, MOST_FILES = 500_000_000, 2_000
TIMESTAMP = "timestamp.txt"
ABSENT = "absent.json"


@dataclass
class StagedSubmission:
    """A submission's copy in `folder`; `absent` says why a notebook is missing, `notes` what was left out and why."""

    folder: Path
    fingerprint: str = ""
    absent: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def stage(submitted: Path, place: Path, notebooks: Sequence[str], course_files: set[Path]) -> StagedSubmission:
    """Copy what lies in `submitted` into `place`, an empty file in the place of each notebook that is missing.

    Left out are links, whatever they lead to, what is no file, what stands in the way of the course's own files (paths
    relative to the lab's folder), and notebooks of other names.
    """
    submission = StagedSubmission(place)
    place.mkdir(parents=True)
    total = hashlib.sha256()
    size = count = 0
    for path in _files(submitted, submission):
        size, count = size + path.lstat().st_size, count + 1
        if size > MOST_BYTES or count > MOST_FILES:
            most = f"{MOST_FILES:,} files or {MOST_BYTES // 1_000_000} MB"
            submission.notes.append(f"There are more than {most}: the rest was left out.")
            break
        inside = path.relative_to(submitted)
        if why := _unfit(path, inside, notebooks, course_files):
            submission.notes.append(f"{inside} was left out: {why}.")
            continue
        (place / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place / inside, follow_symlinks=False)
        total.update(f"\0{inside}\0".encode() + hashlib.sha256((place / inside).read_bytes()).digest())
    _name_absent(submission, submitted, notebooks)
    submission.fingerprint = total.hexdigest()
    return submission


def stage_nothing(place: Path, notebooks: Sequence[str], sentence: str) -> StagedSubmission:
    """In the place of a submission that cannot be graded: every notebook is absent, for this reason."""
    place.mkdir(parents=True)
    submission = StagedSubmission(place, absent=dict.fromkeys(notebooks, sentence), notes=[sentence])
    for name in notebooks:
        (place / f"{name}.ipynb").touch()
    return submission


def write_absent(submission: StagedSubmission, folder: Path) -> Path:
    """The file by which nbgrader is told, in `folder`."""
    path = folder / ABSENT
    path.write_text(json.dumps(submission.absent), encoding="utf-8")
    return path


def _files(folder: Path, submission: StagedSubmission) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for path in (Path(place, name) for name in sorted([*names, *folders])):
            kind, inside = path.lstat().st_mode, str(path.relative_to(folder))
            if not inside.isprintable():
                submission.notes.append(f"{inside!a} was left out: that is no name for a file.")
            elif stat.S_ISREG(kind):
                yield path
            elif not stat.S_ISDIR(kind):
                submission.notes.append(f"{inside} was left out: it is a link or a device, not a file.")


def _unfit(path: Path, inside: Path, notebooks: Sequence[str], course_files: set[Path]) -> str | None:
    if any(one in inside.parents or inside in one.parents for one in course_files):
        return "it stands where a file of the course belongs"
    if path.suffix == ".ipynb" and len(inside.parts) == 1 and path.stem not in notebooks:
        return "no notebook of this lab has that name"
    if str(inside) == TIMESTAMP and not _is_time(path):
        return "it holds no time"
    return None


def _is_time(path: Path) -> bool:
    from scalelab.grade.classroom.nbgrader.timestamp import read_time  # late: it loads PyTorch

    return read_time(path) is not None


def _name_absent(submission: StagedSubmission, submitted: Path, notebooks: Sequence[str]) -> None:
    missing = [name for name in notebooks if not (submission.folder / f"{name}.ipynb").exists()]
    meant = misnamed(missing, sorted(path.stem for path in submitted.glob("*.ipynb") if path.stem not in notebooks))
    for name in missing:
        path = submission.folder / f"{name}.ipynb"
        path.touch()
        others = ", ".join(f"{other}.ipynb" for other in meant[name])
        hint = f" ({others} was, but no notebook has that name: rename it)" if others else ""
        if elsewhere := left_inside(submitted, path.name):
            hint = f" ({elsewhere})"
        submission.absent[name] = f"{path.name} was not handed in{hint}, so its exercises were not graded."
