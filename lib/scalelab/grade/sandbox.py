"""Where a submission runs. This is the place of the sandbox: all that a submission can touch is decided here.

Until the sandbox is built, a submission runs as a process tree of its own, in its own folder, with a clean
environment, the budget and a memory cap (`scalelab.parallel.launch` enforces both), but as the user who grades:
only grade what you have read.
"""

import shutil
import sys
from pathlib import Path

from scalelab.grade.handout import Handout

KIND = "none: a process tree of its own with a clean environment"
SCRIPT_NAME = "assessment.py"


class Room:
    """The folders of one run: `data` to read, `out` to write, `home` to start in.

    As a context it clears the data away at the end; the script and what it wrote stay.
    """

    def __init__(self, home: Path):
        self.home = home.resolve()
        self.script, self.data, self.out = self.home / SCRIPT_NAME, self.home / "data", self.home / "out"

    def furnish(self, source: bytes, handout: Handout) -> None:
        """Put the script and the training part of the data in."""
        self.out.mkdir(parents=True)
        self.script.write_bytes(source)
        handout.write(self.data)

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_) -> None:
        shutil.rmtree(self.data, ignore_errors=True)

    def environment(self, device: str, seed: int) -> dict[str, str]:
        """All that the submission learns from its environment: nothing of the grader's own."""
        variables = {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "SCALELAB_SEED": str(seed),
        }
        return variables | ({"CUDA_VISIBLE_DEVICES": ""} if device == "cpu" else {})

    def enclose(self, command: list[str]) -> list[str]:
        """The command as it runs in the sandbox: unchanged until there is one."""
        return command
