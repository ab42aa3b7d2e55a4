"""Remembers of a student's graded lab whether it must be graded again, and what went wrong."""

from pathlib import Path

import msgspec

from scalelab.course.release.manifest import FOLDER
from scalelab.files.atomic import write_file

PLACE = Path(FOLDER) / "labs"  # in the course's folder


class LabRecord(msgspec.Struct, kw_only=True, frozen=True):
    """Written when a submission is graded and its feedback made, as a whole.

    `fingerprint` changes with the submission and with the lab. `notes` are what the learner's own work led to, by
    notebook ("": the submission as a whole); `failed` is why a person has to look, through no fault of the learner's.
    """

    fingerprint: str
    notes: dict[str, list[str]] = {}
    failed: str | None = None
    sandbox: bool = True
    seconds: float = 0.0


def read_record(course: Path, lab: str, student: str) -> LabRecord | None:
    """None where there is none, or none that can be read: then the submission counts as not graded."""
    try:
        return msgspec.json.decode(_path(course, lab, student).read_bytes(), type=LabRecord)
    except (OSError, msgspec.DecodeError):
        return None


def write_record(course: Path, lab: str, student: str, record: LabRecord) -> None:
    """Raises OSError where it cannot be written."""
    write_file(_path(course, lab, student), msgspec.json.format(msgspec.json.encode(record), indent=1))


def drop_record(course: Path, lab: str, student: str) -> None:
    """Before it is graded again: should that be cut off, it counts as not graded."""
    _path(course, lab, student).unlink(missing_ok=True)


def _path(course: Path, lab: str, student: str) -> Path:
    return course / PLACE / lab / f"{student}.json"
