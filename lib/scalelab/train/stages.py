"""Where the time of one training step goes: from the file on disk to updated weights."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data.images import Images
from scalelab.data.randomness import generator
from scalelab.data.splits import Statistics, standardise
from scalelab.errors import ScaleLabError
from scalelab.train.mixed_precision import autocast

T = TypeVar("T")
STAGES = ("read", "transport", "forward", "backward", "update")
WARMUP_STEPS = 3


@dataclass(frozen=True, eq=False)
class StageTimes:
    """seconds: (repeats, 5), a row for each step and a column for each of STAGES."""

    batch_size: int
    seconds: np.ndarray

    @property
    def medians(self) -> np.ndarray:
        """(5,) seconds: the median over the steps; unlike the mean it forgives the step in which the machine paused."""
        return np.median(self.seconds, axis=0)

    @property
    def longest(self) -> str:
        """The stage with the largest median."""
        return STAGES[int(self.medians.argmax())]


class ImageFile:
    """Images on the disk, one record each: a byte for the label, then the pixels, as in CIFAR-10's binary files."""

    def __init__(self, path: Path, shape: tuple[int, ...]):
        self.path, self.shape = Path(path), shape
        self.record = 1 + int(np.prod(shape))

    @classmethod
    def write(cls, path: Path, images: Images) -> "ImageFile":
        """Write all `images` to `path`."""
        pixels = images.images.flatten(1).cpu().numpy()
        labels = images.labels.to(torch.uint8).cpu().numpy()
        with Path(path).open("wb") as file:
            file.write(np.column_stack([labels, pixels]).tobytes())
            os.fsync(file.fileno())  # only pages that are on the disk can be forgotten
        return cls(path, tuple(images.images.shape[1:]))

    def __len__(self) -> int:
        return self.path.stat().st_size // self.record

    def read(self, indices: Tensor) -> bytes:
        """The records at `indices` (int64 (B,)), one read for each, as a shuffled epoch needs them."""
        with self.path.open("rb", buffering=0) as file:
            return b"".join(os.pread(file.fileno(), self.record, i * self.record) for i in indices.tolist())

    def forget(self) -> None:
        """Ask the system to drop its copy of the file from memory, so that the next read goes to the disk again."""
        if hasattr(os, "posix_fadvise"):
            with self.path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def decode(self, records: bytes) -> tuple[Tensor, Tensor]:
        """Records as images, uint8 (B, C, H, W), and labels, int64 (B,)."""
        rows = torch.frombuffer(bytearray(records), dtype=torch.uint8).view(-1, self.record)
        return rows[:, 1:].reshape(-1, *self.shape), rows[:, 0].long()


def time_stages(
    model: nn.Module, file: ImageFile, statistics: Statistics, batch_size: int, repeats: int = 20, seed: int = 0,
    lr: float = 0.01, from_disk: bool = True,
) -> StageTimes:  # fmt: skip
    """Time the stages of `repeats` training steps on random images of `file`; the first WARMUP_STEPS do not count.

    On a GPU the device is waited for at the end of each stage, without which the clock would show how quickly work is
    handed over. `from_disk` makes the system forget the file before each step; otherwise it is read once beforehand and
    comes from the system's memory, as in a second epoch. Trains `model`.
    Raises ScaleLabError where the file holds fewer images than a batch.
    """
    if not 1 <= batch_size <= len(file):
        raise ScaleLabError(
            f"Expected a batch size from 1 to {len(file)}, the images in {file.path.name}, but got {batch_size}; "
            "choose another or write more images."
        )
    device = next(model.parameters()).device
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    random = generator("stages", seed, batch_size)
    rows = []
    model.train()
    if not from_disk:
        file.path.read_bytes()
    for _ in range(WARMUP_STEPS + repeats):
        indices = torch.randperm(len(file), generator=random)[:batch_size]
        if from_disk:
            file.forget()
        rows.append(_one_step(model, optimizer, file, statistics, indices, device))
    return StageTimes(batch_size, np.array(rows[WARMUP_STEPS:]))


def _one_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, file: ImageFile, statistics: Statistics, indices: Tensor,
    device: torch.device,
) -> list[float]:  # fmt: skip
    """One step; the seconds of each stage."""
    clock = _Clock(device)
    records = clock(lambda: file.read(indices))
    X, y = clock(lambda: _transport(file, records, statistics, device))
    with autocast(device):
        loss = clock(lambda: cross_entropy(model(X), y))
    clock(loss.backward)
    clock(lambda: (optimizer.step(), optimizer.zero_grad()))
    return clock.seconds


def _transport(file: ImageFile, records: bytes, statistics: Statistics, device: torch.device) -> tuple[Tensor, Tensor]:
    """To tensors, to the device, to mean 0 and deviation 1; bytes travel, since they are a quarter of the floats."""
    X, y = file.decode(records)
    return standardise(X.to(device), statistics), y.to(device)


class _Clock:
    """Runs a stage and keeps its seconds, the device's work included."""

    def __init__(self, device: torch.device):
        self.device = device
        self.seconds: list[float] = []

    def __call__(self, stage: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = stage()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        self.seconds.append(time.perf_counter() - start)
        return result
