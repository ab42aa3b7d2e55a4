"""The number format in which one core of this machine trains faster: measured once, then remembered.

    python -m scalelab.train.precision

prints its name.
"""

import contextlib
import functools
import hashlib
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Literal, get_args

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_file
from scalelab.files.cache import cache_folder
from scalelab.files.lock import held
from scalelab.install.machine import cpuinfo

VARIABLE = "SCALELAB_CPU_PRECISION"
Precision = Literal["bfloat16", "float32"]
WORTH = 1.1  # bfloat16 keeps 8 bits of a number: it has to pay
MOST_SECONDS = 120


class _Kept(msgspec.Struct):
    speedup: float


def cpu_precision() -> Precision:
    """bfloat16 where a training step is at least WORTH times as fast with it, else float32.

    What SCALELAB_CPU_PRECISION says goes before what was measured: so all ranks of a job agree.
    Raises ScaleLabError where it says neither.
    """
    given = os.environ.get(VARIABLE)
    for known in get_args(Precision):
        if given == known:
            return known
    if given:
        raise ScaleLabError(f"{VARIABLE} is {given!r}; set it to one of {', '.join(get_args(Precision))}, or unset it.")
    return "bfloat16" if bfloat16_speedup() >= WORTH else "float32"


@functools.cache
def bfloat16_speedup() -> float:
    """Images a second in bfloat16 over those in float32, on one core; 0 where it could not be measured.

    Where it is not known for this processor and this PyTorch, it is measured (5 s) and kept in the cache.
    """
    file = cache_folder() / f"bfloat16-{_machine()}.json"
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return _read(file)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # where nothing can be kept, each measures for himself
            stack.enter_context(held(file.with_suffix(".lock")))
        with contextlib.suppress(OSError, msgspec.DecodeError):  # measured by whom we waited for
            return _read(file)
        kept = _Kept(_measure())
        with contextlib.suppress(OSError):
            write_file(file, msgspec.json.encode(kept))
        return kept.speedup


def _read(file: Path) -> float:
    return msgspec.json.decode(file.read_bytes(), type=_Kept).speedup


def _machine() -> str:
    """The same for all machines of one processor and one PyTorch."""
    fields = cpuinfo()
    known = [fields.get(key, "") for key in ("model name", "flags", "Features")]  # Features: what ARM calls its flags
    return hashlib.sha256(" ".join([platform.machine(), *known, metadata.version("torch")]).encode()).hexdigest()[:12]


def _measure() -> float:
    """In a process of its own: here other threads may be at work, and PyTorch need not be loaded."""
    command = [sys.executable, "-m", "scalelab.train.precision_steps"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MOST_SECONDS, env=environment, check=True
        )
        return float(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0.0


if __name__ == "__main__":
    print(cpu_precision())
