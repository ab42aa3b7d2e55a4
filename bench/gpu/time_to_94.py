"""Time to 94 % on CIFAR-10 by our recipe (fast_recipe.py), and by airbench94 in turn where it was carried.

Compiling is outside the clock, as is looking at the test images. Without real images only the throughput counts.
"""

import contextlib
import importlib.util
import io
import os
import re
import time
from pathlib import Path
from typing import Any

import torch
from fast_recipe import Data, Trainer, read_data, summary
from task import Task, run, spread

from scalelab.data import load
from scalelab.data.images import STANDIN

TARGET = 0.94
NUMBER = re.compile(r"\d+\.\d+")


def measure(task: Task) -> None:
    data = read_data(task.sizes)
    task.keep(images=data.source, counts="throughput alone" if data.source == STANDIN else f"{TARGET:.0%} and time")
    start = time.perf_counter()
    trainer = Trainer(task.sizes, data)
    trainer.train(seed=0, epochs=1)
    task.keep(warm_up_s=time.perf_counter() - start)
    peer = Airbench(task, data)
    task.keep(airbench94=peer.why_not or "it runs in turn")
    ours: list[Any] = []
    for seed in range(1, 1 + task.sizes.seeds):
        ours.append(trainer.train(seed, task.sizes.fast_epochs))
        found = summary(ours, TARGET)
        task.keep(ours={name: spread(values) if None not in values else values for name, values in found.items()})
        if not peer.why_not:
            peer.run()
            task.keep(airbench=peer.figures())


class Airbench:
    """The published airbench94 (PyPI's package airbench), on the same images in the layout that it keeps itself."""

    def __init__(self, task: Task, data: Data):
        self.seconds: list[float] = []
        self.accuracies: list[float] = []
        self.why_not = self.reason(task, data)
        if self.why_not:
            return
        os.chdir(task.work)
        try:
            self.write_images(Path("cifar10"))
            self.train(warm=True)
        except Exception as error:  # another's program: what it says is the finding
            self.why_not = f"it does not run: {type(error).__name__}: {str(error)[:300]}"

    def reason(self, task: Task, data: Data) -> str:
        """Why it is not compared; "" where it is."""
        if task.sizes.device != "cuda":
            return "it needs a GPU"
        if data.source == STANDIN:
            return "it needs real images"
        return "" if importlib.util.find_spec("airbench") else "it was not carried"

    def write_images(self, folder: Path) -> None:
        """As its loader keeps them: uint8 (N, 32, 32, 3)."""
        folder.mkdir(exist_ok=True)
        data = load("cifar10")
        for name, part in (("train", data.train), ("test", data.test)):
            content = {"images": part.images.permute(0, 2, 3, 1).contiguous(), "labels": part.labels}
            torch.save(content | {"classes": list(data.classes)}, folder / f"{name}.pt")

    def train(self, warm: bool = False) -> str:
        """What it prints; compiled programs of its own it has none."""
        import airbench

        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            (airbench.warmup94 if warm else airbench.train94)()
        return said.getvalue()

    def run(self) -> None:
        """One training. It ends with a line whose last numbers are the accuracy with mirrored images and the time."""
        try:
            *_, accuracy, seconds = NUMBER.findall(self.train())
        except Exception as error:
            self.why_not = f"it failed: {type(error).__name__}: {str(error)[:300]}"
            return
        self.accuracies.append(float(accuracy))
        self.seconds.append(float(seconds))

    def figures(self) -> Any:
        if self.why_not:
            return self.why_not
        return {"seconds": spread(self.seconds), "accuracy_with_mirrored": spread(self.accuracies)}


if __name__ == "__main__":
    run(measure)
