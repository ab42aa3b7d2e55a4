"""What the conversion check costs: the time of an observed step beside an unobserved one, and of whole checks.

    python bench/check_cost.py [--rounds 12] [--checks 5]

In every round each network is trained by two ranks without observation and with it, now the one first and now the
other, so that a slow moment of the machine slows both. The check itself ends a script after few steps; here it
observes all of them in full. Leaves the figures and a table in bench/results/.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

import click
import pages
from check_steps import SHAPES
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.check import check
from scalelab.data import find_all
from scalelab.launch import launch

HERE = Path(__file__).parent
ROOT = HERE.parent
SCRIPT = HERE / "check_steps.py"
LAB = ROOT / "labs" / "solutions" / "lab2_horovod" / "fashion_mnist.py"
ASSESSMENT = ROOT / "assessment"
WAYS = ("alone", "observed")


def step_seconds(model: str, way: str) -> float:
    """Median seconds of a step of two ranks, the slower one's."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["observed", folder] if way == "observed" else []
        outcome = launch(SCRIPT, [*arguments, model, folder], 2)
        if outcome.ended != "finished":
            raise SystemExit(outcome.reason)
        return max(float(path.read_text()) for path in Path(folder).glob("seconds-*"))


def check_seconds(script: Path, *arguments: object) -> float:
    """Wall-clock seconds of a whole check with two workers."""
    start = time.perf_counter()
    check(script, arguments)
    return time.perf_counter() - start


def whole_checks(folder: Path) -> dict[str, float]:
    """Seconds to check each of the course's scripts, whatever number of epochs it would run."""
    data = next(found for found in find_all() if found.name == "cifar10").path
    seconds = {"the script of Lab 2, converted": check_seconds(LAB, "--epochs", 1000, "--out", folder / "lab")}
    if data:
        options = ["--data", data, "--out", folder / "assessment"]
        seconds["the assessment, solved"] = check_seconds(ASSESSMENT / "solution" / "assessment.py", *options)
        seconds["the assessment as handed out"] = check_seconds(ASSESSMENT / "assessment.py", *options)
    return seconds


def table(rounds: list[dict[str, dict[str, float]]], checks: list[dict[str, float]]) -> str:
    """Medians over the rounds and the range, as Markdown."""
    lines = ["| two ranks, batches of 32 | a step, ms | observed, ms | ratio |", "|---|---|---|---|"]
    for model in SHAPES:
        alone, observed = ([1e3 * figures[model][way] for figures in rounds] for way in WAYS)
        ratios = [o / a for o, a in zip(observed, alone, strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        lines.append(f"| {model} | {statistics.median(alone):.1f} | {statistics.median(observed):.1f} | {spread} |")
    lines += ["", "| a whole check | seconds |", "|---|---|"]
    for name in checks[0]:
        seconds = [one[name] for one in checks]
        lines.append(f"| {name} | {statistics.median(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f}) |")
    return "\n".join([*lines, "", f"{len(rounds)} rounds of steps, {len(checks)} of checks."])


def one_round(number: int) -> dict[str, dict[str, float]]:
    """{network: {way: seconds of a step}}; odd rounds go through the ways backwards."""
    ways = WAYS[:: -1 if number % 2 else 1]
    return {model: {way: step_seconds(model, way) for way in ways} for model in SHAPES}


def one_check() -> dict[str, float]:
    """{script: seconds of its check}"""
    with tempfile.TemporaryDirectory() as folder:
        return whole_checks(Path(folder))


@click.command()
@click.option("--rounds", default=12, show_default=True, help="Times that steps are measured.")
@click.option("--checks", default=5, show_default=True, help="Times that each script is checked.")
def main(rounds: int, checks: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    console = Console(stderr=True)
    steps = [one_round(number) for number in track(range(rounds), "steps", console=console)]
    whole = [one_check() for _ in track(range(checks), "checks", console=console)]
    words = table(steps, whole)
    click.echo(words)
    stored = describe_machine() | {"rounds": steps, "checks": whole}
    (HERE / "results" / "check_cost.json").write_text(json.dumps(stored, indent=2) + "\n")
    (HERE / "results" / "check_cost.md").write_text(words + "\n")
    pages.main()


if __name__ == "__main__":
    main()
