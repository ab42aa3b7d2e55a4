"""The stored runs of Lab 3: every sweep of the lab, each run once.

    python bench/large_batch.py [SWEEP ...] [--runs FOLDER]

Runs the lab's sweeps (labs/source/lab3_large_batch/*.toml) as `scalelab sweep` does, two at a time, and keeps what
has finished in measured_*.json beside them, each file whole at any time. A run that was stored with the same arguments
is not run again, and one that has finished in FOLDER neither. Some three hours on two cores.
"""

import os
from pathlib import Path

import click
import msgspec
from machine import describe_machine
from tqdm import tqdm

from scalelab.errors import ScaleLabError
from scalelab.experiments.large_batch import SweepRun, SweepRuns
from scalelab.experiments.stored import write_stored
from scalelab.experiments.sweep import Trial, read_sweep, run_trials, trials

LAB = Path(__file__).parents[1] / "labs" / "source" / "lab3_large_batch"
RUNS = Path("runs/large_batch")
SWEEPS = ("tuning", "tricks", "ridge", "why", "steps_to_target_tuning", "steps_to_target", "epochs")


def stored(trial: Trial) -> SweepRun:
    return SweepRun(trial.name, trial.seed, " ".join(trial.arguments), trial.workers, trial.rows)


def finished(trial: Trial, before: SweepRuns) -> SweepRun | None:
    """The run, if it has finished in its folder, or is stored from another day with the same arguments."""
    if trial.finished:
        return stored(trial)
    same = (trial.name, trial.seed, " ".join(trial.arguments), trial.workers)
    return next((run for run in before.runs if (run.name, run.seed, run.arguments, run.workers) == same), None)


def both(before: dict[str, str], now: dict[str, str]) -> dict[str, str]:
    """What the runs ran on, where some are from another day: each value once."""
    values = {name: [*before.get(name, "").split("; "), value] for name, value in now.items()}
    return {name: "; ".join(dict.fromkeys(filter(None, found))) for name, found in values.items()}


def setting_of(lines: list[str]) -> str:
    """What the script says of its setting in its first line; all runs of a sweep say the same."""
    said = {line for line in lines if "images to learn from" in line}
    if len(said) > 1:
        raise ScaleLabError(f"The runs of one sweep had several settings: {' / '.join(sorted(said))}")
    return said.pop() if said else ""


def run_sweep(name: str, folder: Path, at_once: int) -> None:
    """Run what is missing, and store all that has finished after each."""
    asked = trials(read_sweep(LAB / f"{name}.toml"), LAB, folder / name)
    out = LAB / f"measured_{name}.json"
    before = msgspec.json.decode(out.read_bytes(), type=SweepRuns) if out.exists() else SweepRuns({}, "", [])
    setting = before.setting
    todo = [trial for trial in asked if not finished(trial, before)]
    for trial, outcome in tqdm(run_trials(todo, at_once), total=len(todo), desc=name):
        if outcome.ended != "finished":
            raise ScaleLabError(f"{trial.name}, seed {trial.seed}: {outcome.reason}")
        setting = setting_of([setting, *outcome.output.of(0, "stdout")])
        done = [run for one in asked if (run := finished(one, before))]
        write_stored(SweepRuns(both(before.machine, describe_machine()), setting, done), out)
        tqdm.write(f"{trial.name}, seed {trial.seed}: {trial.rows[-1].validation_accuracy:.3f}")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*SWEEPS]))
@click.option("--runs", "folder", default=RUNS, type=click.Path(path_type=Path), show_default=True)
@click.option("--at-once", default=os.cpu_count() or 1, show_default=True, help="Runs at the same time.")
def main(names: tuple[str, ...], folder: Path, at_once: int) -> None:
    """Run the sweeps of these names, or all."""
    for name in names or SWEEPS:
        run_sweep(name, folder, at_once)


if __name__ == "__main__":
    main()
