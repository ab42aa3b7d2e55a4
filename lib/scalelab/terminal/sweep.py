"""A sweep on the terminal: a bar with the time that is left, and a line for every run that ends."""

from collections.abc import Iterator

from rich.console import Console
from rich.progress import track
from rich.text import Text

from scalelab.experiments.sweep import Trial
from scalelab.launch.launch import Outcome


def follow(console: Console, todo: list[Trial], ended: Iterator[tuple[Trial, Outcome]]) -> bool:
    """Show all runs as they end; whether none failed. The time left is estimated from the runs that have ended."""
    left = sum(not trial.finished for trial in todo)
    console.print(f"{len(todo)} runs, {len(todo) - left} of them finished before.")
    good = True
    for trial, outcome in track(ended, "runs", total=left, console=console, disable=not console.is_terminal):
        good = good and outcome.ended == "finished"
        console.print(Text(_in_words(trial, outcome)))
    return good


def _in_words(trial: Trial, outcome: Outcome) -> str:
    name = f"{trial.name}, seed {trial.seed}"
    if outcome.ended != "finished":
        return f"{name}: {outcome.reason}"
    rows = trial.rows
    if not rows or rows[-1].validation_accuracy is None:
        return f"{name}: finished after {outcome.seconds:.0f} s"
    return f"{name}: validation accuracy {rows[-1].validation_accuracy:.3f} after {outcome.seconds:.0f} s"
