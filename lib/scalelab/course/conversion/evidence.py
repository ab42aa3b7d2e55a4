"""What is known of a script: the conversion check's report, and runs of it on ranks that share no disk.

Each is made when it is asked for, and kept: to grade a finished script step by step costs no more than once.
"""

import shutil
import tempfile
from functools import cached_property
from pathlib import Path

import torch

from scalelab.course.apart import Apart, run_apart
from scalelab.course.conversion.steps import RECORD
from scalelab.errors import ScaleLabError
from scalelab.parallel.check import Report, check
from scalelab.parallel.launch import Limits

EPOCHS = 2
OUT = "run"
LIMITS = Limits(seconds=100, stall_seconds=12)  # a busy machine makes a rank wait for seconds
OTHER = 1.01  # a checkpoint with other numbers: this times those of rank 0's


class Evidence:
    """Of one script, as so many ranks, with so many images and images a step."""

    def __init__(self, script: Path, workers: int, images: int, batch_size: int, held_out: int):
        self.script, self.workers, self.images, self.held_out = script, workers, images, held_out
        self.sizes = ["--images", str(images), "--batch-size", str(batch_size), "--device", "cpu"]
        self.folder = tempfile.TemporaryDirectory(prefix="scalelab-apart-")

    @cached_property
    def report(self) -> Report:
        """The conversion check's; raises ScaleLabError where the script cannot be run at all."""
        self._tell("watched from inside")
        return check(self.script, [*self.sizes, "--epochs", "3", "--out", OUT], self.workers)

    @cached_property
    def fresh(self) -> Apart:
        """From nothing, for EPOCHS epochs."""
        self._tell("each with a disk of its own")
        return self._run("fresh", "--out", OUT, "--epochs", str(EPOCHS))

    @cached_property
    def resumed(self) -> Apart:
        """Gone on for one epoch; each rank finds on its disk what it wrote itself in the fresh run."""
        self._tell("going on from the checkpoint")
        shutil.copytree(self._room("fresh"), self._room("resumed"))
        return self._resume("resumed")

    @cached_property
    def resumed_apart(self) -> Apart:
        """Gone on for one epoch; all ranks but 0 find another checkpoint than rank 0 does."""
        self._tell("going on from checkpoints that differ")
        for rank in range(self.workers):
            target = self._room("apart") / f"rank-{rank}"
            shutil.copytree(self._room("fresh") / "rank-0", target)
            if rank:
                _change(target)
        return self._resume("apart")

    def _resume(self, name: str) -> Apart:
        return self._run(name, "--resume", OUT, "--out", "resumed", "--epochs", str(EPOCHS + 1))

    def _run(self, name: str, *options: str) -> Apart:
        room = self._room(name)
        room.mkdir(exist_ok=True)
        return run_apart(self.script, [*self.sizes, *options], self.workers, room, self.held_out, LIMITS)

    def _room(self, name: str) -> Path:
        return Path(self.folder.name) / name

    def _tell(self, how: str) -> None:
        print(f"Running {self.script.name} as {self.workers} ranks, {how} ...", flush=True)


_KEPT: dict[tuple, Evidence] = {}
MOST_KEPT = 16


def evidence(script: Path | str, workers: int, images: int, batch_size: int, held_out: int) -> Evidence:
    """Of the script as it stands on disk now: what is known of this very text is used again.

    Raises ScaleLabError where there is no such file.
    """
    script = Path(script).resolve()
    if not script.is_file():
        raise ScaleLabError(f"There is no {script.name} in {script.parent}; put the script beside the notebook.")
    key = (script, script.read_bytes(), workers, images, batch_size, held_out)
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT))).folder.cleanup()
        _KEPT[key] = Evidence(script, workers, images, batch_size, held_out)
    return _KEPT[key]


def _change(folder: Path) -> None:
    """Other numbers in the checkpoints below `folder`, where they can be read."""
    for path in folder.rglob("*"):
        if not path.is_file() or path.name == RECORD:
            continue
        try:
            torch.save(_scaled(torch.load(path, weights_only=True)), path)
        except Exception:  # no checkpoint of torch's: it stays as it is
            continue


def _scaled(value: object) -> object:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value * OTHER
    if isinstance(value, dict):
        return {key: _scaled(one) for key, one in value.items()}
    return [_scaled(one) for one in value] if isinstance(value, list) else value
