"""nbgrader's own commands, run in a course's folder and leaving nothing elsewhere."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def nbgrader(course: Path, *arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run `nbgrader ARGUMENTS` in the folder `course`, which holds nbgrader_config.py and source/.

    Configuration, run-time files and profiles of the user are neither read nor written: nbgrader gets an empty home.
    Its log is in `stderr`. Raises subprocess.TimeoutExpired after `seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="nbgrader-") as home:
        places = {name: str(Path(home) / name.lower()) for name in _HOMES}
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=course,
            env=os.environ | places | {"JUPYTER_CONFIG_PATH": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )


_HOMES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
