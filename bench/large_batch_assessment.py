"""Whether the large-batch rubric asks for what Lab 3 teaches: its solution passes, and SGD at that batch does not.

    python bench/large_batch_assessment.py [--seeds 5] ["SGD, linear scaling" ...]

Grades assessment/solution/large_batch.py with several seeds, and beside it the same script with SGD in LAMB's place.
Every result is stored in bench/results/ at once, so a second start goes on where the first was interrupted. Accuracies
alone are looked at, and the ranks have all the time they need.
"""

import hashlib
import tempfile
from pathlib import Path
from statistics import fmean, stdev

import click
import msgspec
import pages
from assessment import without_docstrings
from machine import describe_machine
from rich.console import Console

from scalelab.files.atomic import write_file
from scalelab.grade.grade import grade
from scalelab.grade.request import GradeRequest
from scalelab.grade.rubric import LARGE_BATCH_RUBRIC, Rubric, Targets, load_rubric
from scalelab.places import SOLUTIONS
from scalelab.terminal.grading import Screen

RESULTS = Path(__file__).parent / "results"
SOLUTION = SOLUTIONS / "large_batch.py"
SECONDS = 3600.0  # more than the slowest machine needs
SGD = (
    "LAMB(exclude(model, WEIGHT_DECAY), lr=0.0)",
    "torch.optim.SGD(model.parameters(), 0.0, 0.9, weight_decay=WEIGHT_DECAY, nesterov=True)",
)
WITHOUT_WARMUP = ("WARMUP = 0.1", "WARMUP = 0.0")


def peak(lr: float) -> tuple[str, str]:
    """The edit that sets the highest learning rate."""
    return "PEAK = 0.02", f"PEAK = {lr:g}"


# The solution's script, and edits of it. 0.1 is the learning rate of 64 images; 1,024 are 16 times as many.
CONTESTANTS = {
    "LAMB, warmup: the solution": (),
    "SGD, square-root scaling, warmup": (SGD, peak(0.4)),
    "SGD, learning rate of 64 images": (SGD, peak(0.1), WITHOUT_WARMUP),
    "SGD, learning rate of 64 images, warmup": (SGD, peak(0.1)),
    "SGD, linear scaling": (SGD, peak(1.6), WITHOUT_WARMUP),
}


class Graded(msgspec.Struct, frozen=True):
    """A run: a digest of what was graded, the worse of its last two checkpoints, and how it ended."""

    name: str
    graded: str
    seed: int
    train_accuracy: float
    test_accuracy: float
    run: str


class Measured(msgspec.Struct, frozen=True):
    """All runs so far, and where the last of them ran."""

    machine: dict[str, str]
    runs: list[Graded]


def table(runs: list[Graded]) -> str:
    """A line per script that has run, as a Markdown table, and the targets below it."""
    lines = ["| | passed | training accuracy | test accuracy |", "|---|---|---|---|"]
    for name in CONTESTANTS:
        if graded := runs_of(name, runs):
            passed = f"{sum(map(passes, graded))} of {len(graded)}"
            train = describe([run.train_accuracy for run in graded])
            test = describe([run.test_accuracy for run in graded])
            lines.append(f"| {name} | {passed} | {train} | {test} |")
    needed = f"Targets: {targets().train_accuracy:g} on training images and {targets().test_accuracy:g} on test images."
    return "\n".join([*lines, "", f"{needed} Means ± two standard deviations over seeds.", ""])


def describe(accuracies: list[float]) -> str:
    """Mean and two standard deviations of several runs."""
    spread = f" ± {2 * stdev(accuracies):.3f}" if len(accuracies) > 1 else ""
    return f"{fmean(accuracies):.3f}{spread}"


def runs_of(name: str, runs: list[Graded]) -> list[Graded]:
    """The runs of one script."""
    return [run for run in runs if run.name == name]


def passes(run: Graded) -> bool:
    """Whether both accuracies meet the targets as they are now."""
    return run.train_accuracy >= targets().train_accuracy and run.test_accuracy >= targets().test_accuracy


def targets() -> Targets:
    """The rubric's, on CIFAR-10."""
    return terms().targets["cifar10"]


def terms() -> Rubric:
    """The rubric, by which everything runs once and the batch, which is alike in all scripts, is not counted."""
    rubric = load_rubric(LARGE_BATCH_RUBRIC, "cpu")
    return msgspec.structs.replace(rubric, most_runs=1, effective_batch_size=None)


def script(name: str) -> str:
    """The solution with a contestant's edits."""
    text = SOLUTION.read_text()
    for old, new in CONTESTANTS[name]:
        if text.count(old) != 1:
            raise click.ClickException(f"{SOLUTION.name} has {text.count(old)} times {old!r}; mend the edit of {name}.")
        text = text.replace(old, new)
    return text


def digest_of_what_is_graded(name: str) -> str:
    """Of what the script does and of what it is given; the targets may be set by what comes out."""
    rubric = terms()
    given = [rubric.model, str(rubric.workers), str(rubric.train_images)]
    return hashlib.sha256("\n".join([*given, without_docstrings(script(name))]).encode()).hexdigest()


def run(name: str, seed: int, screen: Screen, *, unsafe: bool) -> Graded:
    """One grading in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large_batch.py"
        file.write_text(script(name))
        options = {"budget_seconds": SECONDS, "seed": seed, "check_conversion": False, "unsafe": unsafe}
        result = grade(GradeRequest(file, Path(folder) / "result", terms(), **options), screen)
    worse = min(result.train_accuracy, default=0.0), min(result.test_accuracy, default=0.0)
    return Graded(name, digest_of_what_is_graded(name), seed, *worse, result.run)


def stored() -> list[Graded]:
    """The runs of these very scripts that are there already."""
    path = RESULTS / "large_batch_assessment.json"
    if not path.exists():
        return []
    before = msgspec.json.decode(path.read_bytes(), type=Measured).runs
    return [run for run in before if run.name in CONTESTANTS and run.graded == digest_of_what_is_graded(run.name)]


def store(runs: list[Graded]) -> None:
    """The figures and their table, and the pages that show it."""
    measured = Measured(describe_machine(), runs)
    write_file(
        RESULTS / "large_batch_assessment.json", msgspec.json.format(msgspec.json.encode(measured), indent=2) + b"\n"
    )
    (RESULTS / "large_batch_assessment.md").write_text(table(runs))
    pages.main()


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*CONTESTANTS]))
@click.option("--seeds", default=5, show_default=True, help="Gradings of each script.")
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Where no sandbox can be had: the scripts are ours.")
def main(names: tuple[str, ...], seeds: int, unsafe: bool) -> None:
    """Grade what is missing of the scripts of these names, or of all, one after the other for each seed."""
    runs, console = stored(), Console(stderr=True)
    done = {(one.name, one.seed) for one in runs}
    for seed, name in ((seed, name) for seed in range(seeds) for name in names or CONTESTANTS):
        if (name, seed) in done:
            continue
        with Screen(console) as screen:
            runs.append(run(name, seed, screen, unsafe=unsafe))
        console.print(f"{name}, seed {seed}: {runs[-1].train_accuracy:.3f}, {runs[-1].test_accuracy:.3f}")
        store(runs)
    store(runs)
    click.echo(table(runs))


if __name__ == "__main__":
    main()
