"""How fast one worker of this machine trains: the measure in which budgets are given."""

import statistics
import time

import torch
from torch.nn.functional import cross_entropy

from scalelab.models import build

BATCH_SIZE = 64
WARMUP_STEPS = 5


def worker_speed(model_name: str, device: str, seconds: float = 5.0) -> float:
    """Images per second of plain training steps by one worker: a core, or a GPU.

    The median over all steps in so many seconds after a warm-up; a neighbour's burst does not move it.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        times = _step_times(model_name, "cuda" if device == "gpu" else "cpu", seconds)
    finally:
        torch.set_num_threads(threads)
    return BATCH_SIZE / statistics.median(times)


def _step_times(model_name: str, device: str, seconds: float) -> list[float]:
    model = build(model_name).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    X = torch.randn(BATCH_SIZE, 3, 32, 32, device=device)
    y = torch.randint(10, (BATCH_SIZE,), device=device)
    times: list[float] = []
    while sum(times[WARMUP_STEPS:]) < seconds:
        start = time.perf_counter()
        optimizer.zero_grad()
        cross_entropy(model(X), y).backward()
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return times[WARMUP_STEPS:]
