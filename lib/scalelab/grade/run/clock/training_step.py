"""A step of plain training, by which the speed of a machine is measured, and a short one to watch a core by."""

import time
from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy

from scalelab.models import build
from scalelab.train.mixed_precision import autocast

PROBE_BATCH_SIZE = 8


class Probe:
    """A training step of few images, by which a core can be watched while others train on it."""

    def __init__(self, model_name: str):
        self.step = training_step(model_name, "cpu", PROBE_BATCH_SIZE)

    def read(self) -> float:
        """Seconds of a core that one step takes; the step before it brings the caches back from whoever had them."""
        self.step()
        return timed(self.step, time.thread_time)


def training_step(model_name: str, device: str, batch_size: int) -> Callable[[], None]:
    """One step of plain training, to be called again and again."""
    model = build(model_name).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    X = torch.randn(batch_size, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
    y = torch.randint(10, (batch_size,), device=device)

    def step() -> None:
        optimizer.zero_grad()
        with autocast(X.device):
            loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    return step


def timed(step: Callable[[], None], clock: Callable[[], float]) -> float:
    """Seconds that the step takes by this clock."""
    start = clock()
    step()
    return clock() - start
