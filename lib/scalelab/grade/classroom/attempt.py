"""One submission of a class, graded at most once whatever is killed when.

An attempt has a folder of its own. When its result is complete, mark included, the folder is moved to its place in one
step; so a place never holds half a result, and what is not marked complete in an attempt's folder is thrown away.
"""

import contextlib
import hashlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.files.lock import held
from scalelab.files.untrusted import clear_closed, open_plain
from scalelab.grade.classroom.json_file import read, save
from scalelab.grade.classroom.marks import MARK, Mark, earlier_numbers, why_graded
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.submissions import SCRIPT, Submission
from scalelab.grade.grade import grade
from scalelab.grade.measure.warm_evaluator import WarmEvaluator
from scalelab.grade.progress import ProgressListener
from scalelab.grade.result import Result
from scalelab.grade.run.submission import MOST_BYTES

SUBMITTED = "submitted.py"


class Refusal(msgspec.Struct, frozen=True):
    """Why a student could not be graded, through no fault of the submission."""

    reason: str


@dataclass(frozen=True)
class Ended:
    """How an attempt ended. "before": there was a result already; "busy": another grader has it in hand."""

    student: str
    how: Literal["graded", "before", "busy", "refused"]
    reason: str = ""
    seconds: float = 0.0


def digest(file: Path) -> str:
    """SHA-256 of the submission's bytes; raises ScaleLabError where it cannot be read."""
    try:
        with open_plain(file) as opened:
            sha = hashlib.sha256()
            while part := opened.read(1 << 20):
                sha.update(part)
            return sha.hexdigest()
    except OSError as error:
        raise ScaleLabError(f"{file} cannot be read ({error.strerror or error}).") from None


def result_that_holds(paths: ClassPaths, submission: Submission, settings: ClassSettings) -> tuple[Result, Mark] | None:
    """The student's result, if it is one of this very submission under these settings, and what it belongs to."""
    there = result_of(paths, submission.student)
    return there if there and _holds(there[1], digest(submission.file), settings) else None


def attempt(
    request: ClassRequest,
    submission: Submission,
    settings: ClassSettings,
    listener: ProgressListener,
    warm: WarmEvaluator,
    wait: bool = False,
) -> Ended:
    """Grade the submission unless that was done; `wait` for another grader who has it in hand.

    Never raises for what goes wrong with one submission: that is a refusal, kept for the table and tried again at the
    next start.
    """
    paths, start = ClassPaths(request.out), time.monotonic()
    try:
        with held(paths.student_lock(submission.student), wait=wait) as mine:
            how = _once(request, submission, settings, listener, warm) if mine else "busy"
        return Ended(submission.student, how, seconds=time.monotonic() - start)
    except (ScaleLabError, OSError) as error:
        reason = str(error)
    except Exception as error:  # the class goes on
        reason = f"ScaleLab itself failed ({type(error).__name__}: {error})."
    return refuse(paths, submission.student, reason)


def tidy(paths: ClassPaths, submission: Submission, settings: ClassSettings) -> None:
    """Finish or clear what a killed grader has left of the student, unless another one has it in hand."""
    if paths.work(submission.student).is_dir():
        with held(paths.student_lock(submission.student), wait=False) as mine, contextlib.suppress(ScaleLabError):
            if mine:
                _take_up(paths, submission, settings)


def forget(paths: ClassPaths, submission: Submission, settings: ClassSettings) -> None:
    """Set the student's result aside, so that there is another grading; one that is under way is waited for."""
    with held(paths.student_lock(submission.student)):
        _take_up(paths, submission, settings)
        _set_aside(paths, submission.student)


def refuse(paths: ClassPaths, student: str, reason: str) -> Ended:
    """Keep the reason why the student could not be graded."""
    try:
        save(paths.refusal(student), Refusal(reason))
    except OSError as error:
        reason = f"{reason} (That could not be written down: {error.strerror}.)"
    return Ended(student, "refused", reason)


def _once(
    request: ClassRequest,
    submission: Submission,
    settings: ClassSettings,
    listener: ProgressListener,
    warm: WarmEvaluator,
) -> Literal["graded", "before"]:
    """With the student's lock held: finish or clear what was left, and grade where nothing that holds is there."""
    paths = ClassPaths(request.out)
    _take_up(paths, submission, settings)
    done = result_that_holds(paths, submission, settings) is not None
    if not done:
        _grade(request, submission, settings, listener, warm)
    paths.refusal(submission.student).unlink(missing_ok=True)
    return "before" if done else "graded"


def _take_up(paths: ClassPaths, submission: Submission, settings: ClassSettings) -> None:
    """Put a complete result of a killed grader in its place; clear its other attempts."""
    work = paths.work(submission.student)
    for folder in sorted(work.iterdir()) if work.is_dir() else ():
        mark = read(folder / "result" / MARK, Mark)
        complete = mark and _holds(mark, digest(submission.file), settings)
        if complete and not result_that_holds(paths, submission, settings):
            _put_in_place(paths, submission.student, folder / "result")
        clear_closed(folder)


def _grade(
    request: ClassRequest,
    submission: Submission,
    settings: ClassSettings,
    listener: ProgressListener,
    warm: WarmEvaluator,
) -> None:
    paths = ClassPaths(request.out)
    folder = paths.work(submission.student) / f"{os.uname().nodename}-{os.getpid()}-{time.time_ns()}"
    folder.mkdir(mode=0o700, parents=True)
    script, out, start = folder / SCRIPT, folder / "result", time.monotonic()
    sha = _copy(submission.file, script)
    try:
        grade(request.of(script, out, settings.budget_seconds, settings.probe_seconds), listener, warm)
        script.replace(out / SUBMITTED)
        mark = Mark(
            submission=sha,
            settings=settings.fingerprint,
            seconds=round(time.monotonic() - start, 2),
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            why=why_graded(paths, submission.student, sha, settings.fingerprint),
        )
        save(out / MARK, mark)
        _put_in_place(paths, submission.student, out)
    finally:
        clear_closed(folder)


def _copy(file: Path, to: Path) -> str:
    """The submission as it is now: what is graded, and its SHA-256. Of a file too large, enough to be refused."""
    with open_plain(file) as opened:
        source = opened.read(MOST_BYTES + 1)
        sha = hashlib.sha256(source)
        while part := opened.read(1 << 20):
            sha.update(part)
    to.write_bytes(source)
    return sha.hexdigest()


def _put_in_place(paths: ClassPaths, student: str, result: Path) -> None:
    """Move a complete result to where the student's is; what is there is kept aside, never written over."""
    _set_aside(paths, student)
    result.replace(paths.result(student))


def _set_aside(paths: ClassPaths, student: str) -> None:
    place = paths.result(student)
    if place.exists():
        aside = paths.earlier(student)
        aside.mkdir(parents=True, exist_ok=True)
        number = 1 + max(earlier_numbers(paths, student), default=0)
        place.replace(aside / str(number))


def result_of(paths: ClassPaths, student: str) -> tuple[Result, Mark] | None:
    """The student's result, and what it belongs to."""
    folder = paths.result(student)
    result, mark = read(folder / "result.json", Result), read(folder / MARK, Mark)
    return (result, mark) if result and mark else None


def _holds(mark: Mark, sha: str, settings: ClassSettings) -> bool:
    return (mark.submission, mark.settings) == (sha, settings.fingerprint)
