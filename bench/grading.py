"""What grading costs beside the submissions' own time: the sandbox, a checkpoint's measurement, a whole class.

    python bench/grading.py [--rounds 15] [--submissions 200]

The sandbox: a trivial submission, graded with it and without it in turn. The class: as many trivial submissions as are
asked for, by `scalelab grade-all`; which share of the cores' time the submissions had, and the grader's memory on the
way. Leaves a table and the figures in bench/results/.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import click
import msgspec
import pages
import psutil
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.data import load, write_cifar10
from scalelab.grade.grade import grade
from scalelab.grade.measure.evaluator import Evaluator
from scalelab.grade.request import GradeRequest
from scalelab.grade.result import Result
from scalelab.grade.rubric import load_rubric
from scalelab.grade.run.handout import make_handout
from scalelab.models import build
from scalelab.places import RUBRIC
from scalelab.train import save_checkpoint

RESULTS = Path(__file__).parent / "results"
TRAIN, TEST, WORKERS = 200, 100, 2
BUDGET_SECONDS = 60.0
TRIVIAL = """\
import argparse
from pathlib import Path

import horovod.torch as hvd

from scalelab.data import load
from scalelab.models import build
from scalelab.train import save_checkpoint

parser = argparse.ArgumentParser()
parser.add_argument("--data", type=Path)
parser.add_argument("--out", type=Path)
arguments = parser.parse_args()
hvd.init()
load("cifar10", arguments.data)
if hvd.rank() == 0:
    for epoch in (1, 2):
        save_checkpoint(build("small-resnet"), arguments.out, epoch)
"""


def small_data(folder: Path) -> Path:
    """TRAIN and TEST images of CIFAR-10, so that measuring the weights takes next to no time."""
    whole = load("cifar10")
    train, test = (part.take(torch.arange(count)) for part, count in ((whole.train, TRAIN), (whole.test, TEST)))
    write_cifar10(folder, train, test, whole.classes, whole.source)
    return folder


def grading_seconds(script: Path, data: Path, unsafe: bool) -> float:
    """Of one whole grading, in a process that has graded before."""
    rubric = msgspec.structs.replace(load_rubric(RUBRIC, "cpu"), train_images=TRAIN)
    with tempfile.TemporaryDirectory() as out:
        request = GradeRequest(script, Path(out) / "result", rubric, data=data, budget_seconds=BUDGET_SECONDS,
                      check_conversion=False, unsafe=unsafe)  # fmt: skip
        start = time.perf_counter()
        grade(request)
        return time.perf_counter() - start


def sandbox_cost(script: Path, data: Path, rounds: int) -> list[dict[str, float]]:
    """Seconds with and without the sandbox, in an order drawn anew in every round."""
    found = []
    for unsafe in (False, True):
        grading_seconds(script, data, unsafe)  # what is prepared once is not the sandbox's cost
    for _ in track(range(rounds), "sandbox", console=Console(stderr=True)):
        one = {}
        for unsafe in random.sample([False, True], 2):
            grading_seconds(script, data, unsafe)  # the change of kind itself prepares anew
            one["without" if unsafe else "with"] = grading_seconds(script, data, unsafe)
        found.append(one)
    return found


def measurement_seconds(folder: Path, times: int) -> list[float]:
    """Of a checkpoint, on all images of the rubric and all test images."""
    rubric = load_rubric(RUBRIC, "cpu")
    path = save_checkpoint(build(rubric.model), folder, 1)
    found = []
    with Evaluator(rubric.model, make_handout(load("cifar10"), rubric.train_images), "cpu") as evaluator:
        for _ in range(times):
            start = time.perf_counter()
            evaluator.measure(path)
            found.append(time.perf_counter() - start)
    return found


def grade_class(folder: Path, data: Path, count: int) -> dict:
    """A class of trivial submissions: wall-clock seconds, those of the runs, and the grader's memory in MB."""
    handed_in, out = folder / "handed_in", folder / "out"
    handed_in.mkdir()
    for number in range(count):
        (handed_in / f"student{number:03d}.py").write_text(TRIVIAL)
    rubric = folder / "rubric.toml"
    rubric.write_text(RUBRIC.read_text().replace("train_images = 10_000", f"train_images = {TRAIN}"))
    words = ["--data", data, "--out", out, "--rubric", rubric, "--budget-seconds", BUDGET_SECONDS, "--no-check"]
    command = [sys.executable, "-m", "scalelab.cli", "grade-all", handed_in, *words]
    start, memory = time.perf_counter(), []
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as grader:
        while grader.poll() is None:
            memory.append(graders_memory(grader.pid))
            time.sleep(1)
    seconds = time.perf_counter() - start
    runs = [Result.from_json(path.read_bytes()).run_seconds for path in sorted(out.glob("*/result.json"))]
    cores = psutil.cpu_count()
    share = sum(runs) * WORKERS / (seconds * cores)
    return {"submissions": len(runs), "seconds": seconds, "runs": sum(runs), "share": share, "memory": memory}


def graders_memory(pid: int) -> float:
    """Resident MB of the grader's own Python processes, those of the submissions left out."""
    total = 0.0
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            if "scalelab" in " ".join(process.cmdline()) and process.uids().real == psutil.Process().uids().real:
                total += process.memory_info().rss / 1e6
    except psutil.Error:
        pass
    return total


def quarter(values: list[float], which: int) -> float:
    """The median of one quarter of the values."""
    size = max(1, len(values) // 4)
    return median(values[which * size : (which + 1) * size])


def table(rounds: list[dict[str, float]], measured: list[float], graded: dict) -> str:
    """The figures, as Markdown."""
    costs = [one["with"] - one["without"] for one in rounds]
    memory = [quarter(graded["memory"], which) for which in (0, 3)]
    return "\n".join(
        [
            "| what | figure |",
            "|---|---|",
            f"| the sandbox, a submission | {median(costs):.2f} s ({min(costs):.2f} to {max(costs):.2f}, "
            f"{len(costs)} rounds) |",
            f"| measuring a checkpoint on 10,000 + 10,000 images | {median(measured):.1f} s "
            f"({min(measured):.1f} to {max(measured):.1f}) |",
            f"| {graded['submissions']} trivial submissions of {graded['runs'] / graded['submissions']:.1f} s | "
            f"{graded['seconds']:.0f} s, of which the submissions had {graded['share']:.0%} |",
            f"| the grader's memory, first and last quarter of them | {memory[0]:.0f} MB, {memory[1]:.0f} MB |",
            "",
        ]
    )


@click.command()
@click.option("--rounds", default=15, show_default=True)
@click.option("--submissions", default=200, show_default=True)
def main(rounds: int, submissions: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data, script = small_data(folder / "data"), folder / "trivial.py"
        script.write_text(TRIVIAL)
        costs = sandbox_cost(script, data, rounds)
        measured = measurement_seconds(folder, rounds)
        graded = grade_class(folder, data, submissions)
    words = table(costs, measured, graded)
    click.echo(words)
    stored = describe_machine() | {"sandbox": costs, "measurement": measured, "class": graded}
    (RESULTS / "grading.json").write_text(json.dumps(stored, indent=2) + "\n")
    (RESULTS / "grading.md").write_text(words)
    pages.main()


if __name__ == "__main__":
    main()
