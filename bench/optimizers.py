"""The time of an optimizer's step on ResNet-50's weights, beside torch's SGD and published implementations.

    python bench/optimizers.py [--rounds 15] [--device cuda]

In every round each contestant makes some steps on tensors made anew, in an order drawn anew: a slow moment of the
machine hits all of them, and so does the luck of where tensors lie in the memory, which is worth a factor of two here.
Only ratios within a round are compared. A step is held against the memory as well: the bytes that it must read and
write, over its time, beside those of a copy in the same round. Leaves a table and the figures in bench/results/.
"""

import json
import math
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click
import pages
import pytorch_optimizer as published
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.analysis.throughput.roofline import median_seconds
from scalelab.optim import LAMB, LARC, LARS, NovoGrad
from scalelab.train import wait_for

RESULTS = Path(__file__).parent / "results"
PEER = "torch.optim.SGD(foreach=True)"
STEPS = 5  # of a contestant in a round
COMMON = {"lr": 0.1, "weight_decay": 1e-4}
# Ours, and the published one beside it in both its ways: tensor by tensor, and by torch._foreach_*.
CONTESTANTS: dict[str, Callable] = {
    PEER: lambda weights: torch.optim.SGD(weights, momentum=0.9, foreach=True, **COMMON),
    "torch.optim.AdamW(foreach=True)": lambda weights: torch.optim.AdamW(weights, foreach=True, **COMMON),
    "LARS": lambda weights: LARS(weights, **COMMON),
    "LARC": lambda weights: LARC(weights, **COMMON),
    "LAMB": lambda weights: LAMB(weights, **COMMON),
    "NovoGrad": lambda weights: NovoGrad(weights, **COMMON),
} | {
    f"pytorch_optimizer.{name}, {how}": lambda weights, name=name, foreach=foreach: getattr(published, name)(
        weights, foreach=foreach, **COMMON
    )
    for name in ("LARS", "Lamb", "NovoGrad")
    for how, foreach in (("foreach", True), ("one by one", False))
}
# How many times each of ResNet-50's numbers must be read or written: weights, gradients, and one moment or two; and how
# many times where layers do not fit the caches, for no number of a layer may move before the layer's norm is known.
ONE_MOMENT, TWO_MOMENTS = 5, 7
MOVED = {
    PEER: (ONE_MOMENT, ONE_MOMENT),
    "torch.optim.AdamW(foreach=True)": (TWO_MOMENTS, TWO_MOMENTS),
    "LARS": (ONE_MOMENT, ONE_MOMENT + 2),  # weights and gradients are read twice
    "LARC": (ONE_MOMENT, ONE_MOMENT + 2),
    "NovoGrad": (ONE_MOMENT, ONE_MOMENT + 1),  # gradients are
    "LAMB": (TWO_MOMENTS, TWO_MOMENTS + 3),  # both moments and the weights are
}
COPY = "copy"
PUBLISHED = {"LARS": "LARS", "LARC": "LARS", "LAMB": "Lamb", "NovoGrad": "NovoGrad"}


Shapes = list[tuple[int, ...]]


def resnet50_shapes() -> Shapes:
    """Of its 161 weights, 25.6 million numbers (He et al. 2016, table 1)."""
    shapes: Shapes = [(64, 3, 7, 7), (64,), (64,)]
    channels = 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            convolutions = [(width, channels, 1, 1), (width, width, 3, 3), (4 * width, width, 1, 1)]
            convolutions += [(4 * width, channels, 1, 1)] if block == 0 else []
            for shape in convolutions:
                shapes += [shape, shape[:1], shape[:1]]
            channels = 4 * width
    return [*shapes, (1000, channels), (1000,)]


def prepared(make: Callable, device: torch.device, shapes: Shapes) -> torch.optim.Optimizer:
    """An optimizer on weights of its own that has made two steps."""
    weights = [torch.nn.Parameter(0.05 * torch.randn(shape, device=device)) for shape in shapes]
    for weight in weights:
        weight.grad = 0.01 * torch.randn_like(weight)
    optimizer = make(weights)
    for _ in range(2):
        optimizer.step()
    return optimizer


def step_seconds(make: Callable, device: torch.device, shapes: Shapes) -> float:
    """The median of STEPS steps of a new optimizer on weights of these shapes."""
    optimizer, seconds = prepared(make, device, shapes), []
    for _ in range(STEPS):
        wait_for(device)
        start = time.perf_counter()
        optimizer.step()
        wait_for(device)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def copy_seconds(device: torch.device, shapes: Shapes) -> float:
    """The median of STEPS copies of all of these numbers at once: each is read once and written once."""
    source = torch.randn(numbers(shapes), device=device)
    target = torch.zeros_like(source)
    return median_seconds(lambda: target.copy_(source), device, STEPS)


def numbers(shapes: Shapes) -> int:
    """How many numbers weights of these shapes are."""
    return sum(map(math.prod, shapes))


def share(rounds: list[dict[str, float]], name: str, times: int) -> str:
    """Megabytes moved, and bytes a second of the step over those of the copy, as two cells."""
    beside = spread([times / one[name] / (2 / one[COPY]) for one in rounds])
    return f"{4e-6 * times * numbers(resnet50_shapes()):.0f} | {beside}"


def table(rounds: list[dict[str, float]]) -> str:
    """Medians and ranges of the ratios, as Markdown."""
    memory = "MB at least | beside a copy | MB with a pass for norms | beside a copy"
    head = f"| step on ResNet-50's weights | ms | beside SGD | beside the faster published | {memory} |"
    lines, count = [head, "|---" * 8 + "|"], numbers(resnet50_shapes())
    for name in CONTESTANTS:
        others = [other for other in CONTESTANTS if other.startswith(f"pytorch_optimizer.{PUBLISHED.get(name)},")]
        fastest = min(others, key=lambda other: statistics.median(one[other] for one in rounds), default=None)
        milliseconds = 1e3 * statistics.median(one[name] for one in rounds)
        beside = ratio(rounds, name, fastest) if fastest else ""
        moved = " | ".join(share(rounds, name, times) for times in MOVED[name]) if name in MOVED else " |  |  | "
        lines.append(f"| {name} | {milliseconds:.1f} | {ratio(rounds, name, PEER)} | {beside} | {moved} |")
    speed = statistics.median(8e-9 * count / one[COPY] for one in rounds)
    return "\n".join([*lines, "", f"{len(rounds)} rounds on one thread; a copy moves {speed:.1f} GB a second."])


def ratio(rounds: list[dict[str, float]], name: str, other: str) -> str:
    return spread([one[name] / one[other] for one in rounds])


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


@click.command()
@click.option("--rounds", default=15, show_default=True)
@click.option("--device", default="cpu", show_default=True)
def main(rounds: int, device: str) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    torch.set_num_threads(1)  # a worker is one core
    device, shapes = torch.device(device), resnet50_shapes()
    figures = []
    for _ in track(range(rounds), "steps", console=Console(stderr=True)):
        order = random.sample(list(CONTESTANTS), len(CONTESTANTS))
        seconds = {name: step_seconds(CONTESTANTS[name], device, shapes) for name in order}
        figures.append({COPY: copy_seconds(device, shapes)} | {name: seconds[name] for name in CONTESTANTS})
    words = table(figures)
    click.echo(words)
    name = f"optimizers_{device.type}"
    stored = describe_machine() | {"threads": 1, "rounds": figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(stored, indent=2) + "\n")
    (RESULTS / f"{name}.md").write_text(words + "\n")
    pages.main()


if __name__ == "__main__":
    main()
