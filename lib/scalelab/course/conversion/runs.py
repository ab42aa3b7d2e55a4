"""Runs of a script on real ranks, from which a step of its conversion is judged."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from scalelab.check import Observation, observe_run
from scalelab.course.conversion.isolated import IsolatedRanks, run_isolated
from scalelab.course.conversion.steps import RECORD
from scalelab.launch.launch import Limits

EPOCHS = 2
OUT = "run"
LIMITS = Limits(seconds=100, stall_seconds=12)  # a busy machine makes a rank wait for seconds
OTHER = 1.01  # a checkpoint with other numbers: this times those of rank 0's


@dataclass(frozen=True)
class Sizes:
    """Ranks; images to learn from, images that a rank takes a step, images to measure accuracy on."""

    workers: int
    images: int
    batch_size: int
    validation: int

    @property
    def options(self) -> list[str]:
        """As arguments of the script."""
        options = {"--images": self.images, "--validation": self.validation, "--batch-size": self.batch_size}
        return [word for option in options.items() for word in map(str, option)] + ["--device", "cpu"]


class Runs:
    """Of one script, each made when it is asked for."""

    def __init__(self, script: Path, sizes: Sizes):
        self.script, self.sizes = script, sizes
        self.folder = tempfile.TemporaryDirectory(prefix="scalelab-apart-")

    def watched(self) -> Observation:
        """From inside; raises ScaleLabError where the script cannot be run at all."""
        self._tell("watched from inside")
        return observe_run(self.script, [*self.sizes.options, "--epochs", "3", "--out", OUT], self.sizes.workers)

    def fresh(self) -> IsolatedRanks:
        """From nothing, for EPOCHS epochs."""
        self._tell("each with a disk of its own")
        return self._run("fresh", "--out", OUT, "--epochs", str(EPOCHS))

    def resumed(self) -> IsolatedRanks:
        """Gone on for one epoch; each rank finds on its disk what it wrote itself in the fresh run, made before."""
        self._tell("going on from the checkpoint")
        shutil.copytree(self._room("fresh"), self._room("resumed"))
        return self._resume("resumed")

    def resumed_isolated(self) -> IsolatedRanks:
        """Gone on for one epoch from the fresh run; all ranks but 0 find another checkpoint than rank 0 does."""
        self._tell("going on from checkpoints that differ")
        for rank in range(self.sizes.workers):
            target = self._room("apart") / f"rank-{rank}"
            shutil.copytree(self._room("fresh") / "rank-0", target)
            if rank and not change_numbers(target):
                self._tell(f"all with the same checkpoint, for rank {rank} finds none in which numbers can be changed")
        return self._resume("apart")

    def _resume(self, name: str) -> IsolatedRanks:
        return self._run(name, "--resume", OUT, "--out", "resumed", "--epochs", str(EPOCHS + 1))

    def _run(self, name: str, *options: str) -> IsolatedRanks:
        room, sizes = self._room(name), self.sizes
        room.mkdir(exist_ok=True)
        return run_isolated(self.script, [*sizes.options, *options], sizes.workers, room, LIMITS)

    def _room(self, name: str) -> Path:
        return Path(self.folder.name) / name

    def _tell(self, how: str) -> None:
        print(f"Running {self.script.name} as {self.sizes.workers} ranks, {how} ...", flush=True)


def change_numbers(folder: Path) -> list[str]:
    """Other numbers in the checkpoints below `folder`, torch's or safetensors; the names of those that were changed."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != RECORD]
    return [path.relative_to(folder).as_posix() for path in files if _change(path)]


def _change(path: Path) -> bool:
    for change in (_change_safetensors, _change_torch):
        try:
            change(path)
        except Exception:  # noqa: S112 - it is none of that kind, whatever it is
            continue
        return True
    return False


def _change_safetensors(path: Path) -> None:
    save_file({name: tensor * OTHER for name, tensor in load_file(path).items()}, path)


def _change_torch(path: Path) -> None:
    torch.save(_scaled(torch.load(path, weights_only=True)), path)


def _scaled(value: object) -> object:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value * OTHER
    if isinstance(value, dict):
        return {key: _scaled(one) for key, one in value.items()}
    return [_scaled(one) for one in value] if isinstance(value, list) else value
