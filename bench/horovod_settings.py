"""Horovod's settings, each switched and timed in interleaved rounds: the stored runs of notebook 2.3.

    python bench/horovod_settings.py [--rounds 5]

Runs the notebook's own scripts. Every setting runs once in every round, in an order drawn anew, so that a slow moment
of the machine hits all of them; only ratios within a round are compared. Then messages alone among 2, 4 and 8 ranks.
Some 10 minutes on two cores that have nothing else to do: the times are the result.
"""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
import numpy as np
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.experiments.batch_size import read_batch_size
from scalelab.experiments.horovod_settings import DEFAULT, Experiment, Sweep, Timed, WatchingRuns
from scalelab.experiments.step_profile import Watched, read_watched
from scalelab.experiments.stored import write_stored
from scalelab.launch import launch
from scalelab.launch.timeline import read_timeline
from scalelab.parallel.collectives.cost_model import seconds_by_size, undisturbed
from scalelab.train import choose_preset

LABS = Path(__file__).parents[1] / "labs" / "source"
LAB = LABS / "lab2_horovod"
OUT = LAB / "measured_horovod_settings.json"
SWEEPS = {2: 30, 4: 30, 8: 20}  # workers: repeats


@dataclass(frozen=True)
class Switched:
    """How watch.py is started."""

    options: str = ""
    workers: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)


def horovod(**settings: str) -> Switched:
    return Switched(settings={f"HOROVOD_{name}": value for name, value in settings.items()})


NETWORKS = {"convolutional": "--model wide-resnet-10-1 --steps 100", "dense": "--model dense-12-512 --steps 50"}
ALL = {
    "one worker": Switched(workers=1),
    DEFAULT: Switched(),
    "fusion off": horovod(FUSION_THRESHOLD="0"),
    "one group": Switched("--groups 1"),
    "cycle 0.1 ms": horovod(CYCLE_TIME="0.1"),
    "cycle 5 ms": horovod(CYCLE_TIME="5"),
    "cycle 20 ms": horovod(CYCLE_TIME="20"),
    "cycle 50 ms": horovod(CYCLE_TIME="50"),
    "idle cycles kept": horovod(SKIP_IDLE_MS="0"),
    "timeline written": horovod(TIMELINE="{folder}/timeline.json"),
    "fp16": Switched("--compression fp16"),
    "2 passes": Switched("--accumulation-steps 2 --steps 50"),
    "4 passes": Switched("--accumulation-steps 4 --steps 30"),
    "8 passes": Switched("--accumulation-steps 8 --steps 20"),
}
ON_BOTH = ("one worker", DEFAULT, "fusion off", "one group", "fp16", "4 passes")
SETTINGS = {"convolutional": ALL, "dense": {name: ALL[name] for name in ON_BOTH}}
TURNS = [(network, setting) for network, settings in SETTINGS.items() for setting in settings]


def run(network: str, setting: str) -> Watched:
    """One start of watch.py; the last of two equal options counts."""
    switched = SETTINGS[network][setting]
    with TemporaryDirectory() as folder:
        out = Path(folder) / "watch.json"
        options = f"{NETWORKS[network]} {switched.options} --device cpu --out {out}".split()
        settings = {name: value.format(folder=folder) for name, value in switched.settings.items()}
        start("watch.py", options, switched.workers, settings)
        return read_watched(out)


def sweep(workers: int, repeats: int) -> dict[int, float]:
    """{bytes: seconds} of messages among so many ranks that do nothing else."""
    with TemporaryDirectory() as folder:
        timeline = Path(folder) / "timeline.json"
        start("send_messages.py", ["--repeats", str(repeats)], workers, {"HOROVOD_TIMELINE": str(timeline)})
        found = seconds_by_size(read_timeline(timeline))
    return {size: undisturbed(seconds) for size, seconds in found.items()}


def start(script: str, options: list[str], workers: int, settings: Mapping[str, str]) -> None:
    outcome = launch(LAB / script, options, workers, environment=os.environ | dict(settings))
    if outcome.ended != "finished":
        raise SystemExit(f"{script} {' '.join(options)}: {outcome.reason}")


def one_round(number: int, console: Console) -> dict[str, dict[str, Watched]]:
    """{network: {setting: what was measured}}, all settings once."""
    turns = random.Random(number).sample(TURNS, len(TURNS))
    done = {turn: run(*turn) for turn in track(turns, f"round {number + 1}", console=console)}
    return {
        network: {setting: done[network, setting] for setting in settings} for network, settings in SETTINGS.items()
    }


def timed(watched: Watched) -> Timed:
    step, stages = float(np.median(watched.step_seconds)), watched.medians.tolist()
    return Timed(step, stages, watched.images, watched.error)


def experiments(rounds: list[dict[str, dict[str, Watched]]]) -> dict[str, Experiment]:
    found = {}
    for network in SETTINGS:
        first = rounds[0][network][DEFAULT]
        times = [{setting: timed(one) for setting, one in done[network].items()} for done in rounds]
        found[network] = Experiment(first.network, first.batch_size, first.gradients, times)
    return found


def sweeps(rounds: int, console: Console) -> list[Sweep]:
    turns = list(SWEEPS.items()) * rounds
    found: dict[int, list[dict[int, float]]] = {}
    for workers, repeats in track(turns, "messages", console=console):
        found.setdefault(workers, []).append(sweep(workers, repeats))
    return [Sweep(workers, list(done[0]), [list(one.values()) for one in done]) for workers, done in found.items()]


@click.command()
@click.option("--rounds", default=5, show_default=True, help="Of every setting.")
@click.option("--sweep-rounds", default=2, show_default=True, help="Of the messages alone.")
@click.option("--out", default=OUT, type=click.Path(path_type=Path), show_default=True)
def main(rounds: int, sweep_rounds: int, out: Path) -> None:
    """Measure, store, and say the ratios."""
    console = Console(stderr=True)
    lab1 = read_batch_size(LABS / "lab1_sgd" / "measured_batch_size.json")
    images = {
        size: samples[np.isfinite(samples)].tolist()
        for size, samples in zip(lab1.batch_sizes, lab1.to_target("images").T, strict=True)
    }
    setting = choose_preset("cpu")
    runs = WatchingRuns(
        machine=describe_machine(),
        cores=len(os.sched_getaffinity(0)),
        setting=str(setting),
        stages=[],
        experiments={},
        sweeps=sweeps(sweep_rounds, console),
        target=lab1.target,
        images_to_target=images,
    )
    done: list[dict[str, dict[str, Watched]]] = []
    for number in range(rounds):
        done.append(one_round(number, console))
        stages = done[0]["dense"][DEFAULT].stages
        runs = msgspec.structs.replace(runs, stages=stages, experiments=experiments(done))
        write_stored(runs, out)
    for network, experiment in runs.experiments.items():
        click.echo(f"{network}, {experiment.network}: time of an image beside {DEFAULT}")
        for name in experiment.settings:
            ratios = experiment.ratios(name, per_image=True)
            click.echo(f"  {name:18} {np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})")


if __name__ == "__main__":
    main()
