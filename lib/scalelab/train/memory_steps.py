"""Training steps with ever larger batches under a memory cap: each reports a line of JSON, the last says why it ended.

    python memory_steps.py '{"model": "resnet-20", "shape": [1, 28, 28], "device": "cpu", "limit": 1e9, "first": 16}'

A process of its own, because running out of memory may take the process with it (see `scalelab.train.memory`).
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import psutil
import torch
from torch.nn.functional import cross_entropy

from scalelab.models import build

MOST_IMAGES = 1 << 20


def main(order: dict[str, Any]) -> None:
    """Double the batch until a step does not fit."""
    device, limit = torch.device(order["device"]), int(order["limit"])
    model = build(order["model"], in_channels=order["shape"][0]).to(device)
    step(model, order["shape"], 2, device)  # threads and libraries take their memory before it is counted
    before = cap(device, limit)
    batch_size = order["first"]
    while batch_size <= MOST_IMAGES:
        try:
            step(model, order["shape"], batch_size, device)
        except (MemoryError, RuntimeError) as error:
            return report(batch_size=batch_size, reason=reason(error, batch_size, limit))
        used = peak(device) - before
        report(batch_size=batch_size, peak=used)
        if used > limit:  # a system that does not enforce the cap
            return report(batch_size=2 * batch_size, reason=f"{batch_size:,} images already took more than was lent.")
        batch_size *= 2
    return report(batch_size=batch_size, reason="This many images were not tried.")


def step(model: torch.nn.Module, shape: list[int], batch_size: int, device: torch.device) -> None:
    """Forward and backward with made-up images: their memory is that of real ones."""
    X, y = torch.zeros(batch_size, *shape, device=device), torch.zeros(batch_size, dtype=torch.int64, device=device)
    model.zero_grad()
    cross_entropy(model(X), y).backward()


def cap(device: torch.device, limit: int) -> int:
    """Allow `limit` bytes more than are in use now, and give these."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        total = torch.cuda.get_device_properties(device).total_memory
        used = torch.cuda.memory_allocated(device)
        torch.cuda.set_per_process_memory_fraction(min(1.0, (used + limit) / total), device)
        torch.cuda.reset_peak_memory_stats(device)
        return used
    if sys.platform == "linux":
        import resource

        address_space = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (address_space + limit, resource.RLIM_INFINITY))
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    return psutil.Process().memory_info().rss


def peak(device: torch.device) -> int:
    """Most bytes in use so far."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform != "linux":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS
    return 1024 * int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


def reason(error: Exception, batch_size: int, limit: int) -> str:
    """Why the step failed, in one sentence; an error that is not about memory is passed on."""
    text = str(error)
    if not (isinstance(error, MemoryError) or re.search(r"memory|allocate|primitive|bad_alloc", text, re.IGNORECASE)):
        raise error
    asked = re.search(r"allocate (\d+) bytes", text)
    tensor = f"; a piece of {int(asked[1]) / 1e6:,.0f} MB was refused" if asked else ""
    return f"A step with {batch_size:,} images needs more than the {limit / 1e6:,.0f} MB it was lent{tensor}."


def report(**values: float | str) -> None:
    """A line of JSON for the process that measures."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
