"""What all processes of a run need alike, made by the first that asks for it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from harness.run_folder import run_folder


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this run as `make(folder)` has filled it. Who changes anything in it takes a copy."""
    place, unfinished = run_folder() / name, run_folder() / f"{name}.unfinished"
    with FileLock(run_folder() / f"{name}.lock"):
        if not place.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(place)
    return place
