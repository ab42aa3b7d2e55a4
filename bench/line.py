"""The loss surface of a line beside the usual Python loop over points, and SGD steps beside torch's optimizer.

    python bench/line.py [--rounds 7]

In every round each contestant runs once, so that a slow minute of the machine slows all of them; only ratios
within a round are compared. Leaves the figures and a table in bench/results/.
"""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.analysis.descent.quadratic import bowl
from scalelab.data import noisy_line
from scalelab.train.descent import descend

HERE = Path(__file__).parent
LINE = noisy_line(w=2.0, b=-1.0, centre=1.0)
W, B = np.linspace(-3, 7, 200), np.linspace(-6, 4, 200)
STEPS, BATCH_SIZE, LR = 1000, 8, 0.02
CALLS = 200  # of the batched surface: one alone is too short for a clock
BATCHED, LOOP = "one batched evaluation", "a Python loop over the points, numpy"
TORCH_LOOP = "a Python loop over the points, torch"
OURS, PEER = "scalelab's descend", "torch.optim.SGD"


def batched() -> np.ndarray:
    return bowl(LINE.x, LINE.y).surface(W, B)


def numpy_loop() -> np.ndarray:
    return np.array([[np.mean((w * LINE.x + b - LINE.y) ** 2) for w in W] for b in B])


def torch_loop() -> np.ndarray:
    x, y = torch.from_numpy(LINE.x), torch.from_numpy(LINE.y)
    return np.array([[torch.nn.functional.mse_loss(w * x + b, y).item() for w in W] for b in B])


def our_steps() -> None:
    descend(LINE, LR, steps=STEPS, batch_size=BATCH_SIZE)


def torch_steps() -> None:
    """The usual loop: a linear layer, its optimizer, shuffled batches of the same size."""
    x, y = (torch.from_numpy(part).float()[:, None] for part in (LINE.x, LINE.y))
    neuron = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(neuron.parameters(), lr=LR)
    done = 0
    while done < STEPS:
        for batch in torch.randperm(len(x)).split(BATCH_SIZE)[: STEPS - done]:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(neuron(x[batch]), y[batch]).backward()
            optimizer.step()
            done += 1


CONTESTANTS = {
    BATCHED: (batched, CALLS),
    LOOP: (numpy_loop, 1),
    TORCH_LOOP: (torch_loop, 1),
    OURS: (our_steps, 1),
    PEER: (torch_steps, 1),
}


def seconds_of(work: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def largest_difference() -> float:
    """Between the three surfaces, relative to the loss at the point."""
    wanted = numpy_loop()
    return max(float(np.abs(other() / wanted - 1).max()) for other in (batched, torch_loop))


def table(rounds: list[dict[str, float]], difference: float) -> str:
    """Medians over the rounds, with the smallest and the largest ratio, as Markdown."""
    parts = [(BATCHED, (LOOP, TORCH_LOOP)), (OURS, (PEER,))]
    heads = ["200 x 200 loss surface of 100 examples", f"{STEPS:,} SGD steps, batches of {BATCH_SIZE}"]
    lines = []
    for head, (first, others) in zip(heads, parts, strict=True):
        lines += [f"| {head} | seconds | times as long |", "|---|---|---|"]
        for name in (first, *others):
            seconds = statistics.median(figures[name] for figures in rounds)
            ratios = [figures[name] / figures[first] for figures in rounds]
            spread = f"{statistics.median(ratios):,.0f} ({min(ratios):,.0f} to {max(ratios):,.0f})"
            lines.append(f"| {name} | {seconds:.2g} | {spread if name != first else 1} |")
        lines.append("")
    return "\n".join([*lines, f"Largest relative difference of the surfaces: {difference:.0e}; {len(rounds)} rounds."])


@click.command()
@click.option("--rounds", default=7, show_default=True)
def main(rounds: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    torch.set_num_threads(1)
    difference = largest_difference()
    if difference > 1e-9:
        raise SystemExit(f"The surfaces differ by {difference:.1e}, more than 1e-9: nothing was timed.")
    for work, _ in CONTESTANTS.values():  # warm-up
        work()
    turns = [name for _ in range(rounds) for name in CONTESTANTS]
    seconds = [seconds_of(*CONTESTANTS[name]) for name in track(turns, "measuring", console=Console(stderr=True))]
    size = len(CONTESTANTS)
    figures = [dict(zip(CONTESTANTS, seconds[i : i + size], strict=True)) for i in range(0, len(seconds), size)]
    words = table(figures, difference)
    click.echo(words)
    results = HERE / "results"
    stored = describe_machine() | {"largest_relative_difference": difference, "rounds": figures}
    (results / "line.json").write_text(json.dumps(stored, indent=2) + "\n")
    (results / "line.md").write_text(words + "\n")


if __name__ == "__main__":
    main()
