"""Seconds until the assessment's targets are met and stay met for two checkpoints: two workers, one, and as handed out.

    python bench/time_to_target.py [--rounds 8] [--serial 2]

Two workers and one run the reference solution; in each round they train one after the other with the same seed. The
script as handed out takes long, so it runs in the first rounds only. Time is training time by the run's own record;
accuracies are measured afterwards, on the images that a grading would use. Stores after every run, and goes on where
it was ended. Leaves the figures and a table in bench/results/.
"""

import os
import statistics
import tempfile
from pathlib import Path

import click
import msgspec
import pages
from assessment import ASSESSMENT, REFERENCE, SOLUTION, Contestant, digest_of_what_is_graded
from machine import describe_machine
from rich.console import Console

from scalelab.data import load
from scalelab.experiments.stored import write_stored
from scalelab.grade.measure.evaluator import Evaluator
from scalelab.grade.rubric import load_rubric
from scalelab.grade.run.handout import make_handout
from scalelab.launch import launch
from scalelab.places import RUBRIC
from scalelab.train import read_record

RESULTS = Path(__file__).parent / "results"
STORED = RESULTS / "time_to_target.json"
ALONE = Contestant("solution, one worker", SOLUTION, 1, "^")
SERIAL = Contestant("script as handed out, one worker", ASSESSMENT / "assessment.py", 1, "x")
IN_A_ROW = 2  # checkpoints in a row


class Checkpoint(msgspec.Struct, frozen=True):
    """Seconds of training until it was there, and what it reaches (0 to 1)."""

    seconds: float
    train_accuracy: float
    test_accuracy: float


class Run(msgspec.Struct, frozen=True):
    """One training of a contestant, with all its checkpoints."""

    name: str
    seed: int
    checkpoints: list[Checkpoint]

    def to_target(self, train: float, test: float) -> float | None:
        """Seconds until the first of IN_A_ROW checkpoints that meet both targets; None where there are none."""
        met = [one.train_accuracy >= train and one.test_accuracy >= test for one in self.checkpoints]
        starts = (place for place in range(len(met) - IN_A_ROW + 1) if all(met[place : place + IN_A_ROW]))
        return next((self.checkpoints[place].seconds for place in starts), None)


class Runs(msgspec.Struct, frozen=True):
    """All of them, the targets, what they ran on, and the digest of scripts and rubric."""

    machine: dict[str, str]
    graded: str
    train_target: float
    test_target: float
    runs: list[Run]

    def seconds(self, contestant: Contestant) -> dict[int, float | None]:
        """{seed: seconds to the targets}"""
        runs = (run for run in self.runs if run.name == contestant.name)
        return {run.seed: run.to_target(self.train_target, self.test_target) for run in runs}


def train(contestant: Contestant, seed: int, data: Path, evaluator: Evaluator) -> Run:
    """Train, then measure every checkpoint."""
    with tempfile.TemporaryDirectory() as out:
        environment = os.environ | {"SCALELAB_SEED": str(seed)}
        outcome = launch(contestant.script, ["--data", data, "--out", out], contestant.workers, environment=environment)
        if outcome.ended != "finished":
            raise SystemExit(outcome.reason)
        checkpoints = [
            Checkpoint(row.seconds, reached.train_accuracy, reached.test_accuracy)
            for row, path in zip(read_record(out), sorted(Path(out).glob("epoch-*.safetensors")), strict=True)
            for reached in [evaluator.measure(path)]
        ]
        return Run(contestant.name, seed, checkpoints)


def spread(values: list[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def table(runs: Runs) -> str:
    """A line per contestant: seconds, and how many times those of two workers with the same seed, as Markdown."""
    lines = ["| to the targets | met | seconds | beside two workers |", "|---|---|---|---|"]
    two = runs.seconds(REFERENCE)
    for contestant in (REFERENCE, ALONE, SERIAL):
        own = runs.seconds(contestant)
        met = {seed: seconds for seed, seconds in own.items() if seconds is not None}
        ratios = [seconds / two[seed] for seed, seconds in met.items() if two.get(seed)]
        if met:
            cells = f"{spread(list(met.values()), '.0f')} | {spread(ratios, '.2f')}"
        else:
            cells = _never([run for run in runs.runs if run.name == contestant.name], [s for s in two.values() if s])
        lines.append(f"| {contestant.name} | {len(met)} of {len(own)} | {cells} |")
    targets = f"{runs.train_target:g} on training images and {runs.test_target:g} on test images"
    return "\n".join([*lines, "", f"Targets: {targets}, both met by {IN_A_ROW} checkpoints in a row."])


def _never(runs: list[Run], two: list[float]) -> str:
    """What stands where the targets were not met: how long it had, and where it was then."""
    last = [run.checkpoints[-1] for run in runs]
    seconds = statistics.median(one.seconds for one in last)
    reached = f"{statistics.median(one.train_accuracy for one in last):.3f} and "
    reached += f"{statistics.median(one.test_accuracy for one in last):.3f}"
    return f"not in {seconds:.0f}, where it had {reached} | more than {seconds / statistics.median(two):.1f}"


def stored(digest: str, train_target: float, test_target: float) -> Runs:
    """What is there already of the same scripts and rubric, or nothing."""
    if STORED.exists() and (found := msgspec.json.decode(STORED.read_bytes(), type=Runs)).graded == digest:
        return found
    return Runs(describe_machine(), digest, train_target, test_target, [])


@click.command()
@click.option("--rounds", default=8, show_default=True, help="Trainings of the solution on two workers, and on one.")
@click.option("--serial", default=2, show_default=True, help="Trainings of the script as handed out.")
def main(rounds: int, serial: int) -> None:
    """Train, print the table, keep everything in bench/results/."""
    rubric, console = load_rubric(RUBRIC, "cpu"), Console(stderr=True)
    handout = make_handout(load("cifar10"), rubric.train_images)
    target = rubric.targets["cifar10"]
    runs = stored(digest_of_what_is_graded(), target.train_accuracy, target.test_accuracy)
    done = {(run.name, run.seed) for run in runs.runs}
    with tempfile.TemporaryDirectory() as data, Evaluator(rubric.model, handout, "cpu") as evaluator:
        handout.write(Path(data))
        for seed in range(rounds):
            for contestant in (REFERENCE, ALONE, *([SERIAL] if seed < serial else [])):
                if (contestant.name, seed) not in done:
                    runs.runs.append(train(contestant, seed, Path(data), evaluator))
                    write_stored(runs, STORED)
                    console.print(f"{contestant.name}, seed {seed}: {runs.seconds(contestant)[seed]} s")
    words = table(runs)
    click.echo(words)
    (RESULTS / "time_to_target.md").write_text(words + "\n")
    pages.main()


if __name__ == "__main__":
    main()
