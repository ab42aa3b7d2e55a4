"""Grading a class."""

import sys
from pathlib import Path

import click

from scalelab.cli.options import COULD_NOT, check_option, data_option, device_option, file, folder, rubric_option


@click.command("grade-all")
@click.argument("submissions", metavar="FOLDER", type=folder)
@click.option("--out", type=folder, default=Path("runs") / "class", show_default=True, help="Folder for the results.")
@device_option
@click.option("--workers", type=click.IntRange(min=1), help="Ranks of each submission; by default the rubric's.")
@data_option
@click.option("--budget-seconds", type=click.FloatRange(min=0, min_open=True), help="Budget; by default measured once.")
@click.option("--seed", default=0, show_default=True, help="Submissions find it in $SCALELAB_SEED.")
@check_option
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Run all as yourself: only if you have read them.")
@rubric_option
@click.option("--again", multiple=True, metavar="STUDENT", help="Grade this one anew; the old result is kept.")
@click.option("--most-a-day", type=click.IntRange(min=1), help="Gradings of one student within a day.")
@click.option("--gradebook", type=file, help="nbgrader's gradebook.db; the folder that it is in is the course.")
@click.option("--csv", "table", type=file, help="Where to write the table, besides OUT/class.csv.")
@click.option(
    "--cluster", type=click.Choice(["none", "local", "slurm"]), default="none", show_default=True,
    help="Make a job of each submission: under Slurm, or as if, on this machine.",
)  # fmt: skip
@click.option(
    "--cluster-setting", "settings", multiple=True, metavar="KEY=VALUE", help="Of submitit: slurm_partition=gpu, ..."
)
def grade_all(submissions, out, rubric, device, workers, table, **options) -> None:
    """Grade every submission in FOLDER: NAME.py, or NAME/assessment.py, or as nbgrader collects them.

    Start it again after whatever happened: what is graded stays, the rest is graded.
    Exit code 0: all are graded, passed or not. 2: something could not be graded, and why.
    """
    from scalelab.grade.classroom.request import ClassRequest
    from scalelab.grade.rubric import load_rubric
    from scalelab.terminal.class_grading import grade_on_screen

    terms = load_rubric(rubric, device)
    cluster = options.pop("cluster"), options.pop("settings")
    gradebook = options.pop("gradebook")
    request = ClassRequest(submissions, out, terms, device, workers or terms.workers, **options)
    sys.exit(0 if grade_on_screen(request, cluster, gradebook, table) else COULD_NOT)
