"""How much memory a training step takes by batch size, up to the size that does not fit, and survived."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scalelab.errors import ScaleLabError
from scalelab.train import memory_steps

MOST_SECONDS = 120


@dataclass(frozen=True)
class MemoryProbe:
    """Peak bytes of each batch size that fitted, and the first that did not (with the reason in a sentence)."""

    batch_sizes: tuple[int, ...]
    peaks: tuple[int, ...]
    limit: int
    failed_at: int
    reason: str


def probe_memory(
    model_name: str, image_shape: Sequence[int], limit: float = 1e9, first: int = 16, device: str = "cpu"
) -> MemoryProbe:
    """Double the batch from `first` on until a step needs more than `limit` bytes beyond the network's own.

    It happens in a child process under a cap of the operating system (Linux) or of the GPU's allocator: what runs
    out of memory there ends there. Peaks count the activations and gradients of forward and backward, without
    Python and the libraries. Raises ScaleLabError where the child fails for another reason.
    """
    order = {"model": model_name, "shape": list(image_shape), "device": device, "limit": limit, "first": first}
    command = [sys.executable, memory_steps.__file__, json.dumps(order)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ScaleLabError(
            f"The memory probe was still at work after {MOST_SECONDS} s and was ended; lower `limit`."
        ) from error
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    fitted = [report for report in reports if "peak" in report]
    if not fitted:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ScaleLabError(
            f"The memory probe of {model_name} ended before {first} images were through ({said}); raise `limit`."
        )
    failed = next((report for report in reports if "reason" in report), None) or _killed(fitted[-1], done.returncode)
    sizes, peaks = zip(*((report["batch_size"], report["peak"]) for report in fitted), strict=True)
    return MemoryProbe(sizes, peaks, int(limit), failed["batch_size"], failed["reason"])


def _killed(last: dict[str, Any], code: int) -> dict[str, Any]:
    """What to say where the process went without a word: memory ran out in a place that cannot report it."""
    batch_size = 2 * last["batch_size"]
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return {
        "batch_size": batch_size,
        "reason": f"The process ended with {how} in a step of {batch_size:,} images: its memory ran out.",
    }
