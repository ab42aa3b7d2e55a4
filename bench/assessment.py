"""Whether the assessment's terms are fair: the solution passes with time to spare, and nothing less does.

    python bench/assessment.py [--seeds 8] [--others 3]

Grades the reference solution with several seeds, and, in between, the script as handed out and the solution with a
single worker. Leaves the figures, a table and a plot in bench/results/, with a digest of what was graded: a test
fails where the figures are older than the scripts and the rubric.
"""

import ast
import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import msgspec
import pages
from machine import describe_machine
from matplotlib.figure import Figure
from rich.console import Console

from scalelab.grade.grade import grade
from scalelab.grade.request import GradeRequest
from scalelab.grade.result import Result
from scalelab.grade.rubric import load_rubric
from scalelab.places import RUBRIC
from scalelab.terminal.grading import Screen

HERE = Path(__file__).parent
ASSESSMENT = RUBRIC.parent
SOLUTION = ASSESSMENT / "solution" / "assessment.py"


@dataclass(frozen=True)
class Contestant:
    """A script and the number of its workers."""

    name: str
    script: Path
    workers: int
    marker: str


REFERENCE = Contestant("solution, two workers", SOLUTION, 2, "o")
OTHERS = [
    Contestant("solution, one worker", SOLUTION, 1, "^"),
    Contestant("script as handed out", ASSESSMENT / "assessment.py", 2, "x"),
]


def run(contestant: Contestant, seed: int, screen: Screen) -> Result:
    """One grading in a folder of its own, as `scalelab grade` does it."""
    with tempfile.TemporaryDirectory() as folder:
        out, rubric = Path(folder) / "result", load_rubric(RUBRIC, "cpu")
        options = {"workers": contestant.workers, "seed": seed, "check_conversion": False}
        return grade(GradeRequest(contestant.script, out, rubric, **options), screen)


def share(result: Result) -> float:
    """Share of the budget after which the last two checkpoints were there."""
    return result.seconds / result.budget_seconds


def table(results: dict[str, list[Result]]) -> str:
    """One line per contestant, medians with smallest and largest, as a Markdown table."""
    lines = ["| | passed | budget, s | used | training accuracy | test accuracy |", "|---|---|---|---|---|---|"]
    for name, graded in results.items():
        columns = (
            [result.budget_seconds for result in graded],
            [share(result) for result in graded],
            [min(result.train_accuracy, default=0) for result in graded],
            [min(result.test_accuracy, default=0) for result in graded],
        )
        words = [
            f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"
            for values, form in zip(columns, (".0f", ".0%", ".3f", ".3f"), strict=True)
        ]
        lines.append(f"| {name} | {sum(r.passed for r in graded)} of {len(graded)} | {' | '.join(words)} |")
    return "\n".join(lines)


def plot(results: dict[str, list[Result]]) -> Figure:
    """Test accuracy of the worse of the last two checkpoints against the share of the budget used."""
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    for contestant in (REFERENCE, *OTHERS):
        graded = results[contestant.name]
        places = [share(result) for result in graded], [min(result.test_accuracy, default=0) for result in graded]
        axes.plot(*places, contestant.marker, label=contestant.name)
    target = results[REFERENCE.name][0].test_target
    axes.axhline(target, color="black", linewidth=0.8)
    axes.annotate(f"target {target:g}", (0.01, target), va="bottom")
    axes.set(xlim=(0, 1.02), ylim=(0, 0.85), xlabel="share of the budget used", ylabel="test accuracy")
    axes.set_title("The assessment: what passes and what does not")
    axes.legend(loc="lower left", frameon=False)
    return figure


def digest_of_what_is_graded() -> str:
    """Of the rubric and of what both scripts do; comments and docstrings do not count."""
    rubric = [line for line in RUBRIC.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    scripts = [without_docstrings(path.read_text()) for path in (SOLUTION, ASSESSMENT / "assessment.py")]
    return hashlib.sha256("\n".join([*rubric, *scripts]).encode()).hexdigest()


def without_docstrings(code: str) -> str:
    """The code alone, in one form."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@click.command()
@click.option("--seeds", default=8, show_default=True, help="Gradings of the reference solution.")
@click.option("--others", default=3, show_default=True, help="Gradings of each of the others.")
def main(seeds: int, others: int) -> None:
    """Grade, print the table, keep everything in bench/results/."""
    results = {contestant.name: [] for contestant in (REFERENCE, *OTHERS)}
    console = Console(stderr=True)
    for seed in range(seeds):
        for contestant in (REFERENCE, *(OTHERS if seed < others else [])):
            with Screen(console) as screen:
                result = run(contestant, seed, screen)
            console.print(f"{contestant.name}, seed {seed}: {result.reason} {share(result):.0%} of the budget")
            results[contestant.name].append(result)
    words = table(results)
    click.echo(words)
    folder = HERE / "results"
    stored = describe_machine() | {"graded": digest_of_what_is_graded(), "results": msgspec.to_builtins(results)}
    (folder / "assessment.json").write_text(json.dumps(stored, indent=2) + "\n")
    (folder / "assessment.md").write_text(words + "\n")
    plot(results).savefig(folder / "assessment.png", dpi=120)
    pages.main()


if __name__ == "__main__":
    main()
