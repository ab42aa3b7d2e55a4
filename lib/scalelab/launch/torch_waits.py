"""Whether a rank's main thread waits in torch.distributed, and in which call: seen from outside, nothing is hooked.

A thread that waits for other ranks takes no time of its core. So one that stands in a call of torch.distributed, or in
the backward, in which DistributedDataParallel averages, and has computed nothing since the look before, waits.
"""

import linecache
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

TORCH = f"{os.sep}torch{os.sep}"
COLLECTIVE = (f"{TORCH}distributed{os.sep}", f"{TORCH}nn{os.sep}parallel{os.sep}distributed.py")
OF_BACKWARD = (f"{TORCH}_tensor.py", f"{TORCH}autograd{os.sep}")
BACKWARD = "backward"
IDLE_SHARE = 0.01  # of a core, below which a thread does not compute; one that a busy machine holds up gets more


class MainThread:
    """How busy a thread has been since the last look; its id is that of `threading.get_ident`."""

    def __init__(self, ident: int):
        self.ident = ident
        self.cpu = self.wall = 0.0

    def idle(self) -> bool:
        """Whether it has hardly computed since the last call; at the first, or where the system does not tell, no."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return False
        cpu, wall = time.clock_gettime(time.pthread_getcpuclockid(self.ident)), time.monotonic()
        share = (cpu - self.cpu) / (wall - self.wall) if self.wall else 1.0
        self.cpu, self.wall = cpu, wall
        return share < IDLE_SHARE


def call_under_way(frame: FrameType | None, is_own: Callable[[str], bool]) -> str | None:
    """The function of torch.distributed that the script's innermost line has called, or BACKWARD, or "wait"."""
    within: list[FrameType] = []
    while frame is not None and not is_own(frame.f_code.co_filename):
        within.append(frame)
        frame = frame.f_back
    within.reverse()  # from the script's line inwards
    if within and any(part in within[0].f_code.co_filename for part in OF_BACKWARD):
        return BACKWARD
    calls = [inner.f_code for inner in within if any(part in inner.f_code.co_filename for part in COLLECTIVE)]
    names = [code.co_qualname.removesuffix(".__init__") for code in calls]
    plain = [name for name in names if not name.rpartition(".")[2].startswith(("_", "<", "wrapper"))]
    if names:
        return (plain or names)[0]
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno) if frame is not None else ""
    return "wait" if ".wait(" in line else None


def place(frame: FrameType | None, is_own: Callable[[str], bool]) -> str | None:
    """The innermost line of the script from this frame outwards, as "train.py, line 9"."""
    while frame is not None and not is_own(frame.f_code.co_filename):
        frame = frame.f_back
    return frame and f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
