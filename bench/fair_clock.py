"""Whether a verdict is luck: the reference solution graded beside load that comes and goes.

    python bench/fair_clock.py [--rounds 20]

A round grades the solution, and every fourth one the solution on one worker as well, which must not pass; on quiet
cores bench/assessment.py grades the same. Rows are stored as they come in bench/results/fair_clock.json, and a later
start goes on from there. The load: as many spinning processes as there are cores, each running and resting for some
random seconds.
"""

import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Literal

import click
import msgspec
import pages
from machine import describe_machine
from rich.console import Console

from scalelab.files.atomic import write_file
from scalelab.grade.grade import grade
from scalelab.grade.graded_run import BusyMachineError
from scalelab.grade.request import GradeRequest
from scalelab.grade.rubric import load_rubric
from scalelab.install.machine import cores
from scalelab.places import RUBRIC
from scalelab.terminal.grading import Screen

RESULTS = Path(__file__).parent / "results"
SOLUTION = RUBRIC.parent / "solution" / "assessment.py"
OTHERS_EVERY = 4
LONGEST_BURST = 15.0  # seconds


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One grading. `seconds` and `at_most` are of its run's clock, `wall` of the one on the wall; all 0: too busy."""

    workers: int
    seed: int
    verdict: Literal["passed", "not passed", "busy"]
    runs: int = 0
    budget: float = 0.0
    seconds: float = 0.0
    at_most: float = 0.0
    wall: float = 0.0


class Stored(msgspec.Struct):
    machine: dict[str, str]
    rows: list[Graded]


def spin(seed: int) -> None:
    """Run and rest in turns, for as long as the process is let live."""
    draws = random.Random(seed)
    while True:
        end = time.monotonic() + draws.uniform(1, LONGEST_BURST)
        while time.monotonic() < end:
            pass
        time.sleep(draws.uniform(1, LONGEST_BURST))


@contextmanager
def load(seed: int) -> Iterator[None]:
    """Spinning processes that are no descendants of the one that grades."""
    spinners = [multiprocessing.Process(target=spin, args=(seed * 100 + i,), daemon=True) for i in range(int(cores()))]
    for spinner in spinners:
        spinner.start()
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()


def graded(workers: int, seed: int, data: Path | None) -> Graded:
    """One grading in a process of its own, beside the load."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool, load(seed):
        return pool.submit(grade_once, workers, seed, data).result()


def grade_once(workers: int, seed: int, data: Path | None) -> Graded:
    named = {"workers": workers, "seed": seed}
    with tempfile.TemporaryDirectory() as folder, Screen(Console(stderr=True)) as screen:
        request = GradeRequest(
            SOLUTION, Path(folder) / "result", load_rubric(RUBRIC, "cpu"), workers=workers, seed=seed, data=data,
            check_conversion=False,
        )  # fmt: skip
        try:
            result = grade(request, screen)
        except BusyMachineError:
            return Graded(**named, verdict="busy")
    return Graded(
        **named,
        verdict="passed" if result.passed else "not passed",
        runs=len(result.runs),
        budget=result.budget_seconds or 0.0,
        seconds=result.seconds or 0.0,
        at_most=result.seconds_at_most or 0.0,
        wall=result.run_seconds or 0.0,
    )


def table(rows: Sequence[Graded]) -> str:
    """A line for each number of workers."""
    lines = ["| | passed | not passed | too busy to say | used, at least | at most |", "|---|---|---|---|---|---|"]
    for workers, who in ((2, "solution, two workers"), (1, "solution, one worker")):
        these = [row for row in rows if row.workers == workers]
        counts = (sum(row.verdict == verdict for row in these) for verdict in ("passed", "not passed", "busy"))
        judged = [row for row in these if row.budget]
        spans = (_span([getattr(row, name) / row.budget for row in judged]) for name in ("seconds", "at_most"))
        lines.append(f"| {who} | {' | '.join(map(str, counts))} | {' | '.join(spans)} |")
    return "\n".join(lines) + "\n"


def _span(shares: list[float]) -> str:
    return f"{median(shares):.0%} ({min(shares):.0%} to {max(shares):.0%})" if shares else ""


@click.command()
@click.option("--rounds", default=20, show_default=True, help="Gradings of the solution.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder with CIFAR-10; by default as `scalelab doctor` shows."
)
def main(rounds: int, data: Path | None) -> None:
    """Grade what is not stored yet, and store it."""
    file = RESULTS / "fair_clock.json"
    stored = msgspec.json.decode(file.read_bytes(), type=Stored) if file.exists() else Stored(describe_machine(), [])
    there = {(row.workers, row.seed) for row in stored.rows}
    for seed in range(rounds):
        for workers in (2, 1) if seed % OTHERS_EVERY == 0 else (2,):
            if (workers, seed) in there:
                continue
            stored.rows.append(graded(workers, seed, data))
            click.echo(stored.rows[-1])
            write_file(file, msgspec.json.format(msgspec.json.encode(stored), indent=1) + b"\n")
            (RESULTS / "fair_clock.md").write_text(table(stored.rows))
    pages.main()


if __name__ == "__main__":
    main()
