"""The budget of a submission in seconds, by how fast one worker of this machine trains."""

import statistics
import time

import msgspec
import torch
from torch.nn.functional import cross_entropy

from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.request import GradeRequest
from scalelab.models import build
from scalelab.train.mixed_precision import autocast

BATCH_SIZE = 64
WARMUP_STEPS = 5


class Budget(msgspec.Struct, frozen=True):
    """The seconds that a submission gets; the speed that they were made from, where it was measured."""

    seconds: float
    worker_images_per_second: float | None = None


def resolve_budget(request: GradeRequest, listener: ProgressListener) -> Budget:
    """As given, or as many seconds as one worker of this machine needs for the rubric's epochs.

    So one rubric is equally hard on a laptop and on a GPU node.
    """
    if request.budget_seconds is not None:
        return Budget(request.budget_seconds)
    listener.on(StepStarted("Measuring how fast one worker of this machine is"))
    rubric = request.rubric
    speed = worker_speed(rubric.model, request.device)
    return Budget(rubric.budget_epochs * rubric.train_images / speed, speed)


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
    X = torch.randn(BATCH_SIZE, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
    y = torch.randint(10, (BATCH_SIZE,), device=device)
    times: list[float] = []
    while sum(times[WARMUP_STEPS:]) < seconds:
        start = time.perf_counter()
        optimizer.zero_grad()
        with autocast(X.device):
            loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return times[WARMUP_STEPS:]
