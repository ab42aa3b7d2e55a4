"""nbgrader's own commands, run in a course's folder and leaving nothing elsewhere."""

import multiprocessing
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_HOMES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
_NEEDED = ["nbgrader.apps", "nbgrader.apps.nbgraderapp"]
_NEEDED += ["scalelab.course.nbgrader_config", "scalelab.grade.classroom.nbgrader.new_gradebook", "scalelab.sandbox"]


def nbgrader(course: Path, *arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run `nbgrader ARGUMENTS` in the folder `course`, which holds nbgrader_config.py and source/.

    Configuration, run-time files and profiles of the user are neither read nor written: nbgrader gets an empty home.
    Its log is in `stderr`. Raises subprocess.TimeoutExpired after `seconds`.
    """
    with _empty_homes() as places:
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=course,
            env=os.environ | places,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )


def nbgrader_again(course: Path, *arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """The same, in a process forked from one that has nbgrader loaded, which takes 3 s and more: for whole classes.

    It ends when we do, however that comes.
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(_NEEDED)
    with _empty_homes() as places, tempfile.NamedTemporaryFile(prefix="nbgrader-", suffix=".log") as log:
        process = server.Process(target=_run, args=(os.getpid(), course, arguments, os.environ | places, log.name))
        process.start()
        try:
            process.join(seconds)
            code = process.exitcode
        finally:  # whatever ended the waiting: Python would wait for the process once more when it exits
            process.kill()
            process.join()
        if code is None:
            raise subprocess.TimeoutExpired(arguments, seconds or 0.0)
        said = Path(log.name).read_text(encoding="utf-8", errors="replace")
        return subprocess.CompletedProcess(arguments, code, stderr=said)


def reason(log: str) -> str:
    """The line of nbgrader's log that says what was wrong."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    ours = [line.partition("ScaleLabError: ")[2] for line in lines if "ScaleLabError: " in line]
    errors = [line for line in lines if "Error: " in line]
    return (ours or errors or lines or ["it said nothing."])[-1]


@contextmanager
def _empty_homes() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="nbgrader-") as home:
        yield {name: str(Path(home) / name.lower()) for name in _HOMES} | {"JUPYTER_CONFIG_PATH": ""}


def _end_with(starter: int) -> None:
    """Kill this process when the one with that number ends.

    Its parent is the server that it was forked from; and that one lives as long as any process forked from it, for each
    inherits the pipe by which the server would notice the starter's end.
    """
    if sys.platform != "linux":
        return
    try:
        handle = os.pidfd_open(starter)
    except ProcessLookupError:
        os._exit(1)

    def wait() -> None:
        select.select([handle], [], [])
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def _run(starter: int, course: Path, arguments: Sequence[str], environment: dict[str, str], log: str) -> None:
    _end_with(starter)
    from nbgrader.apps import NbGraderApp

    place = os.open(log, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(place, stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(course)
    sys.argv = ["nbgrader", *arguments]
    NbGraderApp.launch_instance()
