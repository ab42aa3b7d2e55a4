"""A job over hosts: its launcher runs on the first of them, and what it prints is kept for the diagnosis."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from harness.patience import seconds

from scalelab.launch.guarded_command import GuardedCommand
from scalelab.launch.output import Output

PROGRAMS = Path(sys.executable).parent


class Job:
    """`words` on `host`; leaving the `with` block ends whatever of it still runs there."""

    def __init__(self, host, words: list, folder: Path):
        environment = {
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "HOME": str(folder),  # horovodrun keeps what it found out about hosts there
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "OMP_NUM_THREADS": "1",
            "OMPI_MCA_orte_tmpdir_base": "/run",  # goes with the host; in /tmp it would stay
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "HOROVOD_GLOO_TIMEOUT_SECONDS": "10",  # 30 by itself: how long a rank waits for one that fell silent
            "LC_ALL": "C.UTF-8",
        }
        self.output = Output()
        self.command = GuardedCommand(host.enter([str(word) for word in words], folder), environment, folder)

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_) -> None:
        self.command.__exit__()

    def ends(self, within: float) -> bool:
        return self._until(lambda: False, within) is False

    def reaches(self, condition: Callable[[], bool], within: float) -> bool:
        """Whether the condition comes true within so many seconds, while the job runs."""
        return self._until(condition, within) is True

    @property
    def succeeded(self) -> bool:
        return self.command.exit_code == 0

    def printed(self) -> str:
        """All that is kept, for the message of a test that fails."""
        return "\n".join(
            f"[{rank}] {stream}: {line}" for (rank, stream), lines in self.output.kept.items() for line in lines
        )

    def _until(self, condition: Callable[[], bool], within: float) -> bool | None:
        """True: the condition holds. False: the job has ended. None: neither, so far."""
        end = time.monotonic() + seconds(within)
        while time.monotonic() < end:
            running = self.command.running(wait=0.1)
            for line in self.command.new_lines():
                self.output.add(line)
            if condition():
                return True
            if not running:
                return False
        return None
