"""What the order and the format of the numbers bring to a training step, timed in turns."""

import time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.models import build
from scalelab.train.throughput import wait_for

CHANGES = {
    "as it is": (torch.contiguous_format, torch.float32),
    "channels-last images": (torch.channels_last, torch.float32),
    "bfloat16": (torch.contiguous_format, torch.bfloat16),
    "both": (torch.channels_last, torch.bfloat16),
}


def step_seconds(model: nn.Module, X: Tensor, y: Tensor, dtype: torch.dtype, steps: int = 5) -> float:
    """The mean over so many steps of momentum SGD on the batch X (N, C, H, W), y (N,), after two that do not count.

    Forward and backward run in `dtype`, float32 or bfloat16; the weights are float32.
    """
    optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9)
    start = 0.0
    for number in range(2 + steps):
        if number == 2:
            wait_for(X.device)
            start = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast(X.device.type, torch.bfloat16, enabled=dtype == torch.bfloat16):
            loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
    wait_for(X.device)
    return (time.perf_counter() - start) / steps


def time_changes(model_name: str, X: Tensor, y: Tensor, rounds: int = 8, steps: int = 5) -> dict[str, np.ndarray]:
    """Images a second with each of CHANGES in every round: {name: (rounds,)}; all take their turn within a round."""
    models = {name: build(model_name, in_channels=X.shape[1]).to(X.device) for name in CHANGES}
    speeds: dict[str, list[float]] = {name: [] for name in CHANGES}
    for _ in range(rounds):
        for name, (layout, dtype) in CHANGES.items():
            images = X.contiguous(memory_format=layout)
            speeds[name].append(len(y) / step_seconds(models[name], images, y, dtype, steps))
    return {name: np.array(values) for name, values in speeds.items()}
