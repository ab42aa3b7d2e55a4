"""How much of this machine two Horovod ranks use, beside what it can give, and beside torch's own DDP.

    python bench/scaling.py [--rounds 5] [--seconds 6]

Copies that only wait for one another after each step are the limit of any engine: what they lose is waiting, what
ranks lose beside them is the exchange. In every round each contestant runs once, so that a slow minute of the machine
slows all of them; only ratios within a round are compared. Leaves the figures, a table and a plot in bench/results/.
"""

import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import pages
from machine import describe_machine
from matplotlib.figure import Figure
from published_horovod import unpack_published
from rich.console import Console
from rich.progress import track

from scalelab.data import find_all
from scalelab.launch import launch
from scalelab.train.precision import VARIABLE, cpu_precision

HERE = Path(__file__).parent
SCRIPT = HERE / "step_speed.py"


@dataclass(frozen=True)
class Contestant:
    """So many workers of so many threads each, joined by `engine`: "horovod", "ddp", "barrier" or "none"."""

    name: str
    engine: str
    workers: int = 2
    threads: int = 1
    precision: str = cpu_precision()
    published: bool = False

    def settings(self) -> dict[str, str]:
        return {"THREADS": str(self.threads), VARIABLE: self.precision}


ONE = Contestant("one Horovod rank", "horovod", workers=1)
OURS = Contestant("two Horovod ranks", "horovod")
PUBLISHED = Contestant("two ranks of Horovod as published", "horovod", published=True)
DDP = Contestant("torch DDP, two workers", "ddp")
LIMIT = Contestant("two copies, a barrier a step", "barrier")
PEER = Contestant("two unconnected copies", "none")
THREADS = [
    Contestant("four ranks of one thread", "horovod", workers=4),
    Contestant("two ranks of two threads", "horovod", threads=2),
    Contestant("one rank of two threads", "horovod", workers=1, threads=2),
]
SLOW = [Contestant(f"{one.name}, float32", one.engine, precision="float32") for one in (OURS, LIMIT, PEER)]
TABLES = {PEER: [ONE, OURS, PUBLISHED, DDP, LIMIT, PEER, *THREADS], SLOW[-1]: SLOW}


def connect(copies: int) -> list[list[socket.socket]]:
    """For each copy its sockets to the others."""
    ends: list[list[socket.socket]] = [[] for _ in range(copies)]
    for one, other in itertools.combinations(ends, 2):
        for own, end in zip((one, other), socket.socketpair(), strict=True):
            own.append(end)
    return ends


def run_copies(contestant: Contestant, folder: Path, seconds: float) -> None:
    """Start the copies as plain processes; each measures until the slowest has finished measuring."""
    processes, peers = [], connect(contestant.workers)
    for rank in range(contestant.workers):
        numbers = [peer.fileno() for peer in peers[rank]]
        variables = {"RANK": str(rank), "WORLD_SIZE": str(contestant.workers), "PEERS": ",".join(map(str, numbers))}
        variables |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29511", "OMP_NUM_THREADS": str(contestant.threads)}
        environment = os.environ | variables | contestant.settings()
        command = [sys.executable, str(SCRIPT), contestant.engine, str(folder), str(seconds)]
        processes.append(subprocess.Popen(command, env=environment, pass_fds=numbers))
        for peer in peers[rank]:
            peer.close()  # so that a copy that ends is noticed by those that wait for it
    codes = [process.wait() for process in processes]
    if any(codes):
        raise SystemExit(f"A copy of {contestant.name} failed.")


def run_horovod(contestant: Contestant, folder: Path, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as unpacked:
        settings = contestant.settings() | (unpack_published(Path(unpacked)) if contestant.published else {})
        arguments = ["horovod", str(folder), str(seconds)]
        outcome = launch(SCRIPT, arguments, contestant.workers, environment=os.environ | settings)
    if outcome.ended != "finished":
        raise SystemExit(outcome.reason)


def measure(contestant: Contestant, seconds: float) -> float:
    """Images per second of all workers of a contestant together."""
    with tempfile.TemporaryDirectory() as folder:
        run = run_horovod if contestant.engine == "horovod" else run_copies
        run(contestant, Path(folder), seconds)
        return sum(float(path.read_text()) for path in Path(folder).glob("speed-*"))


def table(rounds: list[dict[str, float]]) -> str:
    """Medians over the rounds, with the smallest and the largest, as Markdown tables, one for each number format."""
    lines = []
    for peer, contestants in TABLES.items():
        lines += [f"| {peer.precision} | images per second | beside {peer.name} |", "|---|---|---|"]
        for one in contestants:
            speed = statistics.median(figures[one.name] for figures in rounds)
            lines.append(f"| {one.name} | {speed:,.0f} | {beside(rounds, one, peer)} |")
        lines.append("")
    lines.append(
        f"Two Horovod ranks beside the two copies with a barrier, which is what the exchange leaves: "
        f"{beside(rounds, OURS, LIMIT)}, in float32 {beside(rounds, SLOW[0], SLOW[1])}. "
        f"Beside Horovod as published: {beside(rounds, OURS, PUBLISHED)}. Beside DDP: {beside(rounds, OURS, DDP)}. "
        f"{len(rounds)} rounds."
    )
    return "\n".join(lines)


def beside(rounds: list[dict[str, float]], one: Contestant, other: Contestant) -> str:
    ratios = [figures[one.name] / figures[other.name] for figures in rounds]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def plot(rounds: list[dict[str, float]]) -> Figure:
    """A bar per contestant at its median ratio, a dot per round."""
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = figure.subplots()
    shown = list(reversed(TABLES[PEER]))
    for place, one in enumerate(shown):
        ratios = [figures[one.name] / figures[PEER.name] for figures in rounds]
        axes.barh(place, statistics.median(ratios), color="0.8")
        axes.plot(ratios, [place] * len(ratios), "o", color="tab:blue", markersize=4)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [one.name for one in shown])
    axes.set(xlabel=f"throughput relative to {PEER.name}")
    axes.set_title("How much of two cores the ranks use")
    return figure


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=6.0, show_default=True, help="Length of one measurement.")
def main(rounds: int, seconds: float) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    data = next(found for found in find_all() if found.name == "cifar10")
    contestants = [one for group in TABLES.values() for one in group]
    turns = [one for _ in range(rounds) for one in contestants]
    speeds = [measure(one, seconds) for one in track(turns, "measuring", console=Console(stderr=True))]
    size = len(contestants)
    names = [one.name for one in contestants]
    figures = [dict(zip(names, speeds[i : i + size], strict=True)) for i in range(0, len(speeds), size)]
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
