"""What channels-last images and bfloat16 bring to a training step, network by network.

    python bench/step_changes.py [--rounds 8]

On one thread; in every round each way takes its turn. Leaves the figures and a table in bench/results/.
"""

import json
from pathlib import Path

import click
import numpy as np
import pages
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.analysis.throughput.step_changes import CHANGES, time_changes

RESULTS = Path(__file__).parent / "results"
NETWORKS = [("small-resnet", 32, 32), ("small-resnet", 64, 32), ("wide-resnet-10-1", 32, 16),
            ("wide-resnet-10-1", 512, 16), ("resnet-44", 64, 32)]  # fmt: skip


def in_words(network: tuple[str, int, int]) -> str:
    """What a row of the table is called."""
    model, batch_size, side = network
    return f"{model}, {batch_size} images of {side} x {side}"


def table(measured: dict[str, dict[str, list[float]]]) -> str:
    """Images a second beside the step as it is: medians and ranges of the ratios of a round, as Markdown."""
    plain, *changed = CHANGES
    lines = [f"| | images a second {plain} | {' | '.join(changed)} |", "|---" * (2 + len(changed)) + "|"]
    for name, speeds in measured.items():
        cells = [f"{np.median(speeds[plain]):,.0f}"]
        for change in changed:
            ratios = np.divide(speeds[change], speeds[plain])
            cells.append(f"{np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


@click.command()
@click.option("--rounds", default=8, show_default=True)
def main(rounds: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    torch.set_num_threads(1)
    measured = {}
    for network in track(NETWORKS, "networks", console=Console(stderr=True)):
        model, batch_size, side = network
        X, y = torch.randn(batch_size, 3, side, side), torch.arange(batch_size) % 10
        speeds = time_changes(model, X, y, rounds, steps=2 if model == "resnet-44" else 5)
        measured[in_words(network)] = {name: values.tolist() for name, values in speeds.items()}
    words = table(measured)
    click.echo(words)
    (RESULTS / "step_changes.json").write_text(json.dumps(describe_machine() | {"speeds": measured}, indent=2) + "\n")
    (RESULTS / "step_changes.md").write_text(words + "\n")
    pages.main()


if __name__ == "__main__":
    main()
