"""What the ranks do while they have reported nothing: seen from outside, by their processes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

STARTING = "starting the ranks"
SECONDS_BETWEEN_LOOKS = 1.0
COMPILERS = ("cc1plus", "cc1", "g++", "gcc", "c++", "clang", "clang++", "ninja", "ld", "nvcc", "ptxas", "cicc")
LAUNCHERS = ("horovodrun.py", "torchrun.py")
READING_BYTES = 5e6  # a second, of all ranks together
BUSY = 0.05  # of a core, of all ranks together; a busy machine may give them no more
WORTH_A_WORD = 1.0  # seconds


class Activity:
    """`now` is what the ranks do, in words; `seconds` how long they did each of it before their first report."""

    def __init__(self, script: Path):
        self.script = script
        self.now = STARTING
        self.seconds: dict[str, float] = defaultdict(float)
        self.looked = 0.0
        self.before: dict[int, tuple[float, float]] = {}  # by process: seconds of its cores, bytes read

    def look(self, seconds: float, reported: bool) -> None:
        """So many seconds have passed; once the ranks have reported, their reports say more."""
        if reported or not self.now:
            self.now = ""
        elif seconds - self.looked >= SECONDS_BETWEEN_LOOKS:
            self.now = self._seen(seconds - self.looked)
            self.seconds[self.now] += seconds - self.looked
            self.looked = seconds

    def describe(self) -> str:
        """What the seconds before the first report went into, the longest first; empty where there were none."""
        longest = sorted(self.seconds.items(), key=lambda part: -part[1])
        parts = [f"{what} {seconds:.0f} s" for what, seconds in longest if seconds > WORTH_A_WORD]
        return f"Before anything was reported: {', '.join(parts)}." if parts else ""

    def _seen(self, passed: float) -> str:
        below = psutil.Process().children(recursive=True)
        ranks = [process for process in below if self._is_rank(process)]
        if not ranks:
            return STARTING
        if any(_name(process) in COMPILERS for process in below):
            return "compiling"
        if not all(map(_has_torch, ranks)):
            return "importing PyTorch"
        return self._by_use(ranks, passed)

    def _is_rank(self, process: psutil.Process) -> bool:
        """Whether it runs the script itself, and is no launcher that was given it."""
        try:
            words = process.cmdline()
        except psutil.Error:
            return False
        return str(self.script) in words and not any(word.endswith(LAUNCHERS) for word in words)

    def _by_use(self, ranks: Iterable[psutil.Process], passed: float) -> str:
        used = {process.pid: _use(process) for process in ranks}
        cpu, read = (_grown(self.before, used, kind) / passed for kind in (0, 1))
        self.before = used
        if read > READING_BYTES:
            return "reading data"
        return "computing" if cpu > BUSY else "waiting"


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def _has_torch(process: psutil.Process) -> bool:
    """Whether it has loaded PyTorch; yes where the system does not say."""
    try:
        return "libtorch" in Path("/proc", str(process.pid), "maps").read_text()
    except OSError:
        return True


def _use(process: psutil.Process) -> tuple[float, float]:
    """Seconds of its cores, and bytes that it has read, from wherever they came."""
    try:
        times = process.cpu_times()
        return times.user + times.system, float(getattr(process.io_counters(), "read_chars", 0))
    except (psutil.Error, OSError, AttributeError):
        return 0.0, 0.0


def _grown(before: Mapping[int, tuple[float, float]], now: Mapping[int, tuple[float, float]], kind: int) -> float:
    return sum(use[kind] - before.get(pid, (0.0, 0.0))[kind] for pid, use in now.items())
