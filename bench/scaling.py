"""How much of this machine two Horovod ranks use, beside what it can give and beside torch's own DDP.

    python bench/scaling.py [--rounds 5] [--seconds 8]

In every round each contestant runs once, so that a slow minute of the machine slows all of them; only ratios
within a round are compared. Leaves the figures, a table and a plot in bench/results/.
"""

import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import pages
from machine import describe_machine
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track

from scalelab.data import find_all
from scalelab.launch import launch

HERE = Path(__file__).parent
SCRIPT = HERE / "step_speed.py"
PEER = "two unconnected copies"


def connect(copies: int) -> list[list[socket.socket]]:
    """For each copy its sockets to the others."""
    ends: list[list[socket.socket]] = [[] for _ in range(copies)]
    for one, other in itertools.combinations(ends, 2):
        for own, end in zip((one, other), socket.socketpair(), strict=True):
            own.append(end)
    return ends


def run_copies(folder: Path, seconds: float, engine: str, copies: int) -> None:
    """Start the copies as plain processes; each measures until the slowest has finished measuring."""
    processes, peers = [], connect(copies)
    for rank in range(copies):
        variables = {"RANK": str(rank), "WORLD_SIZE": str(copies), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29511"}
        numbers = [peer.fileno() for peer in peers[rank]]
        variables |= {"OMP_NUM_THREADS": "1", "PEERS": ",".join(map(str, numbers))}
        command = [sys.executable, str(SCRIPT), engine, str(folder), str(seconds)]
        processes.append(subprocess.Popen(command, env=os.environ | variables, pass_fds=numbers))
    codes = [process.wait() for process in processes]
    if any(codes):
        raise SystemExit(f"A copy of {engine} failed.")


def run_horovod(folder: Path, seconds: float, workers: int, **settings: str) -> None:
    outcome = launch(SCRIPT, ["horovod", str(folder), str(seconds)], workers, environment=os.environ | settings)
    if outcome.ended != "finished":
        raise SystemExit(outcome.reason)


CONTESTANTS = {
    "one Horovod rank": lambda folder, seconds: run_horovod(folder, seconds, 1),
    "two Horovod ranks": lambda folder, seconds: run_horovod(folder, seconds, 2),
    "the same, idle cycles kept": lambda folder, seconds: run_horovod(folder, seconds, 2, HOROVOD_SKIP_IDLE_MS="0"),
    "torch DDP, two workers": lambda folder, seconds: run_copies(folder, seconds, "ddp", 2),
    "two copies, a barrier a step": lambda folder, seconds: run_copies(folder, seconds, "barrier", 2),
    PEER: lambda folder, seconds: run_copies(folder, seconds, "none", 2),
}


def measure(name: str, seconds: float) -> float:
    """Images per second of all workers of a contestant together."""
    with tempfile.TemporaryDirectory() as folder:
        CONTESTANTS[name](Path(folder), seconds)
        return sum(float(path.read_text()) for path in Path(folder).glob("speed-*"))


def table(rounds: list[dict[str, float]]) -> str:
    """Medians over the rounds, with the smallest and the largest, as a Markdown table."""
    lines = [f"| | images per second | ratio to {PEER} |", "|---|---|---|"]
    for name in CONTESTANTS:
        speeds = [figures[name] for figures in rounds]
        ratios = [figures[name] / figures[PEER] for figures in rounds]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        lines.append(f"| {name} | {statistics.median(speeds):,.0f} | {spread} |")
    beside_ddp = [r["two Horovod ranks"] / r["torch DDP, two workers"] for r in rounds]
    lines.append("")
    lines.append(
        f"Two Horovod ranks beside DDP: {statistics.median(beside_ddp):.2f} "
        f"({min(beside_ddp):.2f} to {max(beside_ddp):.2f}), {len(rounds)} rounds."
    )
    return "\n".join(lines)


def plot(rounds: list[dict[str, float]]) -> Figure:
    """A bar per contestant at its median ratio, a dot per round."""
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(reversed(CONTESTANTS)):
        ratios = [figures[name] / figures[PEER] for figures in rounds]
        axes.barh(place, statistics.median(ratios), color="0.8")
        axes.plot(ratios, [place] * len(ratios), "o", color="tab:blue", markersize=4)
    axes.axvline(0.9, color="black", linewidth=0.8)
    axes.annotate("0.90", (0.89, len(CONTESTANTS) - 0.48), ha="right", va="center")
    axes.set_ylim(-0.6, len(CONTESTANTS) - 0.2)
    axes.set_yticks(range(len(CONTESTANTS)), list(reversed(CONTESTANTS)))
    axes.set(xlabel=f"throughput relative to {PEER}")
    axes.set_title("How much of two cores the ranks use")
    return figure


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=8.0, show_default=True, help="Length of one measurement.")
def main(rounds: int, seconds: float) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    data = next(found for found in find_all() if found.name == "cifar10")
    turns = [name for _ in range(rounds) for name in CONTESTANTS]
    speeds = [measure(name, seconds) for name in track(turns, "measuring", console=Console(stderr=True))]
    size = len(CONTESTANTS)
    figures = [dict(zip(CONTESTANTS, speeds[i : i + size], strict=True)) for i in range(0, len(speeds), size)]
    words = table(figures)
    click.echo(words)
    results = HERE / "results"
    stored = describe_machine() | {"data": data.source if data.path else "stand-in images", "rounds": figures}
    (results / "scaling.json").write_text(json.dumps(stored, indent=2) + "\n")
    (results / "scaling.md").write_text(words + "\n")
    plot(figures).savefig(results / "scaling.png", dpi=120)
    pages.main()


if __name__ == "__main__":
    main()
