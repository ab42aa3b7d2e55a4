"""The state of an observed rank, and its pen."""

import os
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import msgspec

from scalelab.parallel.check.events import Event, path

FULL_STEPS = 8  # steps of which everything is told


class Rank:
    """Who this process is, how far it has come, where it stands."""

    def __init__(self, told: Path, script: Path):
        self.rank = int(os.environ.get("HOROVOD_RANK", 0))
        self.size = int(os.environ.get("HOROVOD_SIZE", 1))
        self.told, self.script = told, script
        self.home = str(script.parent) + os.sep
        self.file = path(told, self.rank).open("ab", buffering=0)
        self.lock = threading.Lock()
        self.main_thread = threading.get_ident()
        self.step = 0
        self.began: float | None = None
        self.quiet = 0  # above 0 inside a call of Horovod, whose own doings are not the script's
        self.call: tuple[str, str | None, bool] | None = None  # the Horovod call under way: name, tensor, wrapped
        self.told_calls = 0  # so far
        self.received = 0  # elements that collective calls have brought

    def tell(self, event: Event) -> None:
        with self.lock:
            self.file.write(msgspec.json.encode(event) + b"\n")

    @property
    def in_full(self) -> bool:
        return self.step < FULL_STEPS

    def where(self, frame: FrameType | None = None) -> str | None:
        """The innermost line of the learner's own files from this frame (by default the caller's) outwards."""
        frame = frame or sys._getframe(1)
        while frame is not None:
            if self.is_own(frame.f_code.co_filename):
                return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
            frame = frame.f_back
        return None

    def is_own(self, file: str) -> bool:
        """Whether a file is the script or lies beside it, and is not an installed package."""
        if file == str(self.script):
            return True
        return file.startswith(self.home) and "site-packages" not in file and f"{os.sep}scalelab{os.sep}" not in file

    def seconds(self) -> float:
        """Seconds since the first step began; 0 before it."""
        return time.monotonic() - self.began if self.began else 0.0
