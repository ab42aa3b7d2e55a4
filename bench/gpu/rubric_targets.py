"""The rubric's part for GPUs on the reference solution with five seeds, and the targets that they propose.

A target is the mean over the seeds less two standard deviations, in steps of 0.005. Where there are fewer GPUs than
ranks the ranks share them, for which one line of the solution is changed. They all run at once, with more time than the
rubric gives: accuracy is measured here; the budget stands beside the seconds that they took.
"""

import json
import math
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from task import ROOT, Task, run, spread

from scalelab.errors import ScaleLabError
from scalelab.grade.rubric import load_rubric
from scalelab.grade.run.clock.worker_speed import measure_worker_speed
from scalelab.places import RUBRIC
from scalelab.sandbox import trouble

SOLUTION = ROOT / "assessment" / "solution" / "assessment.py"
PINNED, SHARED = "set_device(hvd.local_rank())", "set_device(hvd.local_rank() % torch.cuda.device_count())"
STEP = 0.005


@dataclass(frozen=True)
class Terms:
    """The submission and the rubric's file as they are graded, and the device by the grader's name."""

    submission: Path
    rubric: Path
    device: str


def measure(task: Task) -> None:
    terms = prepare(task)
    with ThreadPoolExecutor(task.sizes.seeds) as pool:
        results = list(pool.map(lambda seed: grade(task, terms, seed), range(task.sizes.seeds)))
    good = [result for result in results if len(result["test_accuracy"]) == 2]
    task.keep(reasons=[result["reason"] for result in results], dataset=results[0]["dataset"])
    if not good:
        raise ScaleLabError(f"No seed left two checkpoints: {results[0]['reason']} {results[0]['output_excerpt'][-3:]}")
    for part in ("train", "test"):
        accuracies = [min(result[f"{part}_accuracy"]) for result in good]
        task.keep(**{f"{part}_accuracy": spread(accuracies), f"proposed_{part}_target": target(accuracies)})
    task.keep(seconds=spread([result["seconds"] for result in good]))
    rubric = load_rubric(terms.rubric, terms.device)
    speed = measure_worker_speed("small-resnet", terms.device, 1.0).images_per_second
    task.keep(worker_images_per_second=speed, budget_s=rubric.budget_epochs * rubric.train_images / speed)


def prepare(task: Task) -> Terms:
    """Copies in the folder of the parts: of the solution for ranks that share a GPU, of the rubric with its images."""
    folder = task.work / "rubric"
    folder.mkdir(exist_ok=True)
    text, device = SOLUTION.read_text(), "gpu" if task.sizes.device == "cuda" else "cpu"
    if PINNED not in text:
        raise ScaleLabError(f"The solution has no `{PINNED}` any more; look at {Path(__file__).name}.")
    (folder / "assessment.py").write_text(text.replace(PINNED, SHARED))
    rubric = RUBRIC.read_text()
    if task.sizes.train_images:
        for images in ("10_000", "50_000"):
            rubric = rubric.replace(f"train_images = {images}", f"train_images = {task.sizes.train_images}")
    (folder / "rubric.toml").write_text(rubric)
    return Terms(folder / "assessment.py", folder / "rubric.toml", device)


def grade(task: Task, terms: Terms, seed: int) -> dict[str, Any]:
    """The result of one grading, as the command line prints it; raises ScaleLabError where there is none."""
    out = task.work / "rubric" / f"seed-{seed}-{os.getpid()}"
    words = ["--device", terms.device, "--rubric", terms.rubric, "--seed", seed, "--out", out, "--json", "--no-check"]
    words += ["--budget-seconds", task.sizes.budget_seconds]
    words += ["--unsafe-no-sandbox"] if trouble() else []
    command = [sys.executable, "-m", "scalelab.cli", "grade", terms.submission, *words]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=task.seconds_left())
    try:
        return json.loads(done.stdout)
    except ValueError:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise ScaleLabError(f"Seed {seed} was not graded: {said}") from None


def target(accuracies: list[float]) -> float:
    """Of one seed there is no deviation."""
    deviation = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
    return round(math.floor((statistics.mean(accuracies) - 2 * deviation) / STEP + 0.5) * STEP, 3)


if __name__ == "__main__":
    run(measure)
