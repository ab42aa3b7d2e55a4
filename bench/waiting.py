"""Two OpenMP threads of one process beside a process that computes: waiting asleep against waiting busily.

    python bench/waiting.py [--rounds 8]

In every round each way takes its turn, alone and beside the other process. Leaves the figures and a table in
bench/results/.
"""

import json
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import click
import pages
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.install.openmp import PASSIVE

RESULTS = Path(__file__).parent / "results"
WAYS = {"busily, as OpenMP does by itself": {}, "asleep, as everywhere here": PASSIVE}
STEPS = """
import torch
from scalelab.analysis.throughput.step_changes import step_seconds
from scalelab.models import build
torch.set_num_threads(2)
X, y = torch.randn(64, 3, 32, 32), torch.arange(64) % 10
print(step_seconds(build("resnet-44"), X, y, torch.float32, steps=3))
"""
BUSY = "while True: pass"


def step_seconds(way: str, busy: bool) -> float:
    """Seconds of a step of a ResNet-44 on two threads, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in PASSIVE} | WAYS[way]
    with ExitStack() as stack:
        if busy:
            other = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(other.kill)
        ran = subprocess.run([sys.executable, "-c", STEPS], env=environment, stdout=subprocess.PIPE, check=True)
        return float(ran.stdout)


def table(rounds: list[dict[str, list[float]]]) -> str:
    """Milliseconds a step, alone and beside the other process: medians and ranges, as Markdown."""
    lines = ["| two threads wait | alone, ms | beside a busy process, ms |", "|---|---|---|"]
    for way in WAYS:
        cells = []
        for place in range(2):
            values = [1e3 * one[way][place] for one in rounds]
            cells.append(f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})")
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


@click.command()
@click.option("--rounds", default=8, show_default=True)
def main(rounds: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    console = Console(stderr=True)
    figures = [
        {way: [step_seconds(way, busy) for busy in (False, True)] for way in WAYS}
        for _ in track(range(rounds), "rounds", console=console)
    ]
    words = table(figures)
    click.echo(words)
    (RESULTS / "waiting.json").write_text(json.dumps(describe_machine() | {"rounds": figures}, indent=2) + "\n")
    (RESULTS / "waiting.md").write_text(words + "\n")
    pages.main()


if __name__ == "__main__":
    main()
