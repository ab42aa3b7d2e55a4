"""Images per second of training steps: after a warm-up, in several rounds, the clock read when the device is done."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data.randomness import generator
from scalelab.train.mixed_precision import autocast
from scalelab.train.preset import ExperimentConfig

LR = 1e-4  # the steps are only timed; a small learning rate keeps the weights finite


def wait_for(device: torch.device) -> None:
    """Block until the device is idle: a GPU works on while Python goes ahead."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def training_step(model: nn.Module, X: Tensor, y: Tensor, lr: float = LR) -> Callable[[Tensor], None]:
    """A function that trains `model` by one step of momentum SGD on the images at the indices it is given."""
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9)

    def step(batch: Tensor) -> None:
        optimizer.zero_grad()
        with autocast(X.device):
            loss = cross_entropy(model(X[batch]), y[batch])
        loss.backward()
        optimizer.step()

    return step


def images_per_second(
    step: Callable[[Tensor], None], batch: Tensor, wait: Callable[[], None] = lambda: None,
    seconds: float = 0.15, warmup: int = 1,
) -> float:  # fmt: skip
    """The speed of `step(batch)`, called again and again for at least so many seconds after `warmup` calls."""
    for _ in range(warmup):
        step(batch)
    wait()
    images, start = 0, time.perf_counter()
    while images == 0 or time.perf_counter() - start < seconds:
        step(batch)
        wait()
        images += len(batch)
    return images / (time.perf_counter() - start)


def throughput_rounds(
    setting: ExperimentConfig, batch_sizes: Sequence[int], rounds: int = 5, seconds: float = 0.15, seed: int = 0
) -> Iterator[np.ndarray]:
    """For each round the images per second of every batch size: (len(batch_sizes),).

    All sizes take their turn within a round, so that a moment in which the machine is slow hits all of them. A
    batch larger than the data set holds images more than once: the arithmetic is the same.
    """
    X, y, *_ = setting.tensors()
    step = training_step(setting.new_model(seed), X, y)
    draws = generator("throughput", seed)
    batches = [torch.randint(len(y), (size,), generator=draws).to(setting.device) for size in batch_sizes]
    for _ in range(rounds):
        yield np.array([images_per_second(step, batch, lambda: wait_for(setting.device), seconds) for batch in batches])
