"""What every part of bench/gpu_day.py is given, and how it is started.

    python bench/gpu/NAME.py [--tiny] [--figures FILE] [--work FOLDER] [--seconds N]

A part keeps a figure as soon as it has it: one that is ended half-way has lost only what it was at.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paths
from sizes import FULL, TINY, Sizes

from scalelab.files.atomic import write_file

ROOT = paths.ROOT
WORK = ROOT / ".gpu_day"
CARRY = ROOT / ".carry"
PYTHON_FILE = "python.txt"  # in the folder that parts share


@dataclass
class Task:
    """One part's sizes, its folder for what it leaves behind, and the second (of `time.monotonic`) when it is ended."""

    sizes: Sizes
    work: Path
    figures_file: Path | None
    ends: float
    figures: dict[str, Any] = field(default_factory=dict)

    def keep(self, **figures: Any) -> None:
        """Say and store these figures, beside those from before."""
        self.figures |= figures
        for name, value in figures.items():
            print(f"{name}: {value}", flush=True)
        if self.figures_file:
            write_file(self.figures_file, json.dumps(self.figures).encode())

    def seconds_left(self) -> float:
        """Until this part is ended from outside."""
        return self.ends - time.monotonic()


def run(measure: Callable[[Task], None]) -> None:
    """The `main` of a part."""
    parser = argparse.ArgumentParser(description=(sys.modules["__main__"].__doc__ or "").splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="on the CPU, in a second or two")
    parser.add_argument("--figures", type=Path, help="file for the figures, as JSON")
    parser.add_argument("--work", type=Path, default=WORK, help="folder that the parts share")
    parser.add_argument("--seconds", type=float, default=600, help="when it will be ended")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    use_carried_images(work)
    ends = time.monotonic() + arguments.seconds
    measure(Task(TINY if arguments.tiny else FULL, work, arguments.figures, ends))


def chosen_python(work: Path) -> str:
    """What the part `set_up` chose to run the others by; this one where it has not."""
    file = work / PYTHON_FILE
    return file.read_text() if file.exists() else sys.executable


def images_in(work: Path) -> Path:
    """Where the part `set_up` puts images that were carried along."""
    return work / "data"


def use_carried_images(work: Path) -> None:
    """For this process and what it starts, unless other images were named."""
    if images_in(work).is_dir():
        os.environ.setdefault("SCALELAB_DATA", str(images_in(work)))


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median and range, and all values, as they are stored."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values), "rounds": list(values)}
