"""Whether the assessment is solved as well by either engine: the solutions with Horovod and with DDP, graded in turns.

    python bench/assessment_engines.py [--seeds 4]

A row is stored as soon as it is there, in bench/results/assessment_engines.json; a later start goes on from there.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import click
import msgspec
import pages
from machine import describe_machine
from rich.console import Console

from scalelab.files.atomic import write_file
from scalelab.grade.grade import grade
from scalelab.grade.request import GradeRequest
from scalelab.grade.rubric import load_rubric
from scalelab.places import RUBRIC
from scalelab.terminal.grading import Screen

RESULTS = Path(__file__).parent / "results"
NAME = "assessment_engines"
SOLUTIONS = {"Horovod": "assessment.py", "DDP": "ddp.py"}


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One grading; `used`: the share of the budget after which the last two checkpoints were there."""

    engine: str
    seed: int
    passed: bool
    used: float
    train_accuracy: float
    test_accuracy: float
    wall: float


class Stored(msgspec.Struct):
    machine: dict[str, str]
    rows: list[Graded]


def graded(engine: str, seed: int) -> Graded:
    """As `scalelab grade` does it, in a folder of its own."""
    script, rubric = RUBRIC.parent / "solution" / SOLUTIONS[engine], load_rubric(RUBRIC, "cpu")
    with tempfile.TemporaryDirectory() as folder, Screen(Console(stderr=True)) as screen:
        request = GradeRequest(script, Path(folder) / "result", rubric, seed=seed, check_conversion=False)
        result = grade(request, screen)
    return Graded(
        engine=engine,
        seed=seed,
        passed=result.passed,
        used=(result.seconds or 0.0) / (result.budget_seconds or 1.0),
        train_accuracy=min(result.train_accuracy, default=0.0),
        test_accuracy=min(result.test_accuracy, default=0.0),
        wall=result.run_seconds or 0.0,
    )


def table(rows: Sequence[Graded]) -> str:
    """A line for each engine."""
    lines = ["| solution with | passed | budget used | training accuracy | test accuracy |", "|---|---|---|---|---|"]
    for engine in SOLUTIONS:
        these = [row for row in rows if row.engine == engine]
        spans = [
            _span([getattr(row, name) for row in these], form)
            for name, form in (("used", ".0%"), ("train_accuracy", ".3f"), ("test_accuracy", ".3f"))
        ]
        lines.append(f"| {engine} | {sum(row.passed for row in these)} of {len(these)} | {' | '.join(spans)} |")
    return "\n".join(lines)


def _span(values: Sequence[float], form: str) -> str:
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})" if values else ""


@click.command()
@click.option("--seeds", default=4, show_default=True, help="Gradings of each.")
def main(seeds: int) -> None:
    """Grade what is not yet graded, in turns, and renew the table."""
    path = RESULTS / f"{NAME}.json"
    stored = msgspec.json.decode(path.read_bytes(), type=Stored) if path.exists() else Stored(describe_machine(), [])
    for seed in range(seeds):
        for engine in SOLUTIONS:
            if not any((row.engine, row.seed) == (engine, seed) for row in stored.rows):
                stored.rows.append(graded(engine, seed))
                write_file(path, msgspec.json.format(msgspec.json.encode(stored)) + b"\n")
    (RESULTS / f"{NAME}.md").write_text(table(stored.rows) + "\n")
    click.echo(table(stored.rows))
    pages.main()


if __name__ == "__main__":
    main()
