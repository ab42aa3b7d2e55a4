"""Grading one submission."""

import os
import sys
import time
from pathlib import Path

import click

from scalelab.cli.options import check_option, data_option, device_option, file, folder, rubric_option


@click.command()
@click.argument("submission", metavar="FILE", type=file)
@device_option
@click.option("--workers", type=click.IntRange(min=1), help="Number of ranks; by default the rubric's.")
@data_option
@click.option("--out", type=folder, help="New folder for the result; by default under runs/.")
@click.option("--budget-seconds", type=click.FloatRange(min=0, min_open=True), help="Budget; by default measured.")
@click.option("--seed", default=0, show_default=True, help="The submission finds it in $SCALELAB_SEED.")
@check_option
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Run FILE as yourself: only if you have read it.")
@rubric_option
@click.option("--progress", type=file, help="Write what happens to this file as well, as JSON lines.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and everything else to stderr.")
def grade(
    submission, device, workers, data, out, budget_seconds, seed, check, unsafe, rubric, progress, as_json
) -> None:  # fmt: skip
    """Grade FILE: run it against the clock and measure what it has learned.

    Exit code 0: passed. 1: not passed. 2: could not be graded, and why.
    """
    from rich.console import Console

    from scalelab.grade.background.progress_log import ProgressLog
    from scalelab.grade.grade import grade as grade_one
    from scalelab.grade.request import GradeRequest
    from scalelab.grade.rubric import load_rubric
    from scalelab.terminal.grading import Screen, show_verdict

    out = out or Path("runs") / f"{submission.stem}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    request = GradeRequest(
        submission, out, load_rubric(rubric, device), device, workers, data, budget_seconds, seed, check, unsafe
    )  # fmt: skip
    console = Console(stderr=as_json)
    with Screen(console) as screen:
        result = grade_one(request, ProgressLog(progress, screen) if progress else screen)
    show_verdict(console, result, out)
    if as_json:
        click.echo(result.to_json(), nl=False)
    sys.exit(0 if result.passed else 1)
