"""Runs a learner's collective in a process of its own."""

import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cloudpickle
import msgspec

from scalelab.course.communication.case_run import NOT_FOUND, Case, CaseReport, CaseRun
from scalelab.course.exercises.expect import NotYet
from scalelab.launch.guarded_command import GuardedCommand
from scalelab.parallel.collectives.protocol import Collective

ENDED_BY_LIMITS = {128 + number for number in (signal.SIGXCPU, signal.SIGKILL)}
ENDED_BY_LIMITS |= {-signal.SIGXCPU, -signal.SIGKILL}
SECONDS = 300.0  # on the clock, for a machine that is busy; the process itself ends its computing far earlier


def run_cases(collective: Collective, cases: Sequence[Case]) -> list[CaseRun]:
    """What it did in each case.

    Raises NotYet where the process came to no end, or the function cannot be carried over.
    """
    try:
        carried = cloudpickle.dumps(collective)
    except Exception as error:
        raise NotYet(f"Your function cannot go to another process ({error}); let it use its arguments alone.") from None
    with tempfile.TemporaryDirectory(prefix="scalelab-communication-") as name:
        folder = Path(name)
        (folder / "collective.pickle").write_bytes(carried)
        (folder / "cases.json").write_bytes(msgspec.json.encode(list(cases)))
        code = _run(folder)
        if (folder / NOT_FOUND).exists():
            why = (folder / NOT_FOUND).read_text()
            raise NotYet(f"Another process did not find your function ({why}); define it in the notebook itself.")
        files = [folder / f"report-{number}.json" for number in range(len(cases))]
        runs = [CaseRun(msgspec.json.decode(file.read_bytes(), type=CaseReport)) for file in files if file.exists()]
    if len(runs) < len(cases):
        raise NotYet(f"With {cases[len(runs)]}: {_why(code)}")
    return runs


def _run(folder: Path) -> int | None:
    """The exit code; None where time ran out. Whatever it started ends with it."""
    command = [sys.executable, "-P", "-m", "scalelab.course.communication.isolated", str(folder)]
    found = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # where a function's module may lie
    with GuardedCommand(command, os.environ | found, folder) as job:
        job.running(wait=SECONDS)
        return job.exit_code


def _why(code: int | None) -> str:
    if code is None:
        return f"it had not come to its end after {SECONDS:.0f} s, and was ended; does a loop never end?"
    if code in ENDED_BY_LIMITS:
        return "it computed for a minute without an end, or took all memory; does a loop never end?"
    return f"its process ended before your function did (exit code {code})."
