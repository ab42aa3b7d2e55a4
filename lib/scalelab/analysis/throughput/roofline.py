"""A worker's speed against the limits of its machine: the roofline (Williams, Waterman and Patterson 2009, figure 1).

Work needs arithmetic, counted in FLOP, and traffic with the memory, counted in bytes; its intensity is FLOP per byte.
A machine that does `flops` a second of the one at most, and `bandwidth` of the other, does no more of the work than
min(flops, intensity x bandwidth).
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from scalelab.train.throughput import wait_for

SIDE = 512  # of the matrices: 1 MB each, of which every number is used 512 times
CHANNELS, PLACES = 64, 8  # of a convolution of 32 images, half a megabyte of them: it stays in a core's own cache
COPIED, CACHED = 1 << 26, 1 << 20  # bytes: far more than a core's caches hold, and what they do hold
# Per number of the output, where PyTorch counts none: what the definition of the layer takes.
SMALL_WORK = {nn.BatchNorm2d: 7.0, nn.ReLU: 1.0, nn.MaxPool2d: 3.0, nn.AdaptiveAvgPool2d: 1.0}
LAYERS: tuple[type[nn.Module], ...] = (nn.Conv2d, nn.Linear, *SMALL_WORK)


@dataclass(frozen=True)
class MachineLimits:
    """flops: FLOP a second of a product of matrices; bandwidth: bytes a second that a copy reads and writes in the
    memory; cache: the same where all of it lies in the caches.
    """

    flops: float
    bandwidth: float
    cache: float

    def attainable(self, intensity: float, cached: bool = False) -> float:
        """FLOP a second at most, for work of so many FLOP a byte."""
        return min(self.flops, intensity * (self.cache if cached else self.bandwidth))

    @property
    def ridge(self) -> float:
        """FLOP a byte from which on arithmetic is the limit, not the memory."""
        return self.flops / self.bandwidth


@dataclass(frozen=True)
class Work:
    """What something did: FLOP of arithmetic, bytes that it read and wrote at least, and the seconds it took."""

    name: str
    flop: float
    bytes: float
    seconds: float

    @property
    def intensity(self) -> float:
        """FLOP a byte."""
        return self.flop / self.bytes

    @property
    def flops(self) -> float:
        """FLOP a second."""
        return self.flop / self.seconds


def measure_limits(device: torch.device, dtype: torch.dtype = torch.float32, repeats: int = 9) -> MachineLimits:
    """What one worker does at most, measured on `device` with its threads as they are (0.5 s on a core).

    Arithmetic is that of a product of matrices or of a convolution, whichever the libraries of this machine do faster.
    """
    left, right = (torch.randn(SIDE, SIDE, device=device).to(dtype) for _ in range(2))
    images = torch.randn(32, CHANNELS, PLACES, PLACES, device=device).to(dtype)
    filters = torch.randn(CHANNELS, CHANNELS, 3, 3, device=device).to(dtype)
    product = 2 * SIDE**3 / median_seconds(lambda: left @ right, device, repeats)
    convolution = 2 * 9 * CHANNELS * images.numel() / median_seconds(
        lambda: conv2d(images, filters, padding=1), device, repeats
    )  # fmt: skip
    memory, cache = (copied_per_second(size, device, repeats) for size in (COPIED, CACHED))
    return MachineLimits(max(product, convolution), memory, cache)


def copied_per_second(size: int, device: torch.device, repeats: int) -> float:
    """Bytes a second that a copy of so many bytes reads and writes."""
    source = torch.ones(size // 4, device=device)
    target = torch.zeros_like(source)
    return 2 * size / median_seconds(lambda: target.copy_(source), device, repeats)


def median_seconds(work: Callable[[], object], device: torch.device, repeats: int) -> float:
    """The median over so many calls, after one that does not count."""
    seconds = []
    for _ in range(repeats + 1):
        wait_for(device)
        start = time.perf_counter()
        work()
        wait_for(device)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def step_flop(model: nn.Module, X: Tensor) -> float:
    """FLOP of the forward and backward pass of one batch X (N, C, H, W): convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter:
        model(X).sum().backward()
    model.zero_grad()
    return float(counter.get_total_flops())


def layer_work(model: nn.Module, X: Tensor, repeats: int = 9) -> list[Work]:
    """The forward pass of a batch X (N, C, H, W), layer by layer, each run alone on what it is given there."""
    given: list[tuple[str, nn.Module, Tensor]] = []
    hooks = [
        layer.register_forward_hook(lambda layer, inputs, _, name=name: given.append((name, layer, inputs[0].detach())))
        for name, layer in model.named_modules()
        if isinstance(layer, LAYERS)
    ]
    with torch.no_grad():
        model(X)
        for hook in hooks:
            hook.remove()
        return [_alone(name, layer, x, repeats) for name, layer, x in given]


def _alone(name: str, layer: nn.Module, x: Tensor, repeats: int) -> Work:
    with FlopCounterMode(display=False) as counter:
        out = layer(x)
    flop = counter.get_total_flops() or SMALL_WORK[type(layer)] * out.numel()
    moved = sum(tensor.numel() * tensor.element_size() for tensor in (x, out, *layer.parameters()))
    return Work(name, float(flop), float(moved), median_seconds(lambda: layer(x), x.device, repeats))
