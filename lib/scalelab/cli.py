"""The command line: `scalelab doctor | data | release | run | sweep | check | grade | grade-all | grade-labs`.

Imports late, so that help answers at once.
"""

import dataclasses
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import click

from scalelab import __version__
from scalelab.errors import ScaleLabError
from scalelab.places import COURSE, RUBRIC

COULD_NOT = 2
INTERRUPTED = 130

folder = click.Path(file_okay=False, path_type=Path)
file = click.Path(path_type=Path)

# What `grade` and `grade-all` have in common.
device_option = click.option(
    "--device", type=click.Choice(["cpu", "gpu"]), default="cpu", show_default=True,
    help="What a rank computes on, and which part of the rubric holds.",
)  # fmt: skip
data_option = click.option("--data", type=folder, help="Folder with CIFAR-10; by default as `scalelab doctor` shows.")
check_option = click.option("--check/--no-check", default=True, help="Whether to run the conversion check as well.")
rubric_option = click.option(
    "--rubric", type=file, default=RUBRIC, help="The terms; by default assessment/rubric.toml."
)


def main() -> None:
    """Run the command line; every error ends in one sentence and exit code 2."""
    # Asked to end, it puts away what it has started, as on Ctrl-C, which is ignored where a shell sent it to the back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _complain("Interrupted; everything that was started has been ended.")
        sys.exit(INTERRUPTED)
    except (ScaleLabError, OSError) as error:
        _complain(str(error))
        sys.exit(COULD_NOT)
    except Exception as error:
        if os.environ.get("SCALELAB_DEBUG"):
            traceback.print_exc()
        _complain(f"ScaleLab itself failed ({type(error).__name__}: {error}); SCALELAB_DEBUG=1 shows where.")
        sys.exit(COULD_NOT)


@click.group()
@click.version_option(__version__)
def commands() -> None:
    """ScaleLab: train with many workers, and be graded by measurement."""


@commands.command()
def doctor() -> None:
    """Show what is installed here, what is missing and how to mend it."""
    from rich.console import Console

    from scalelab.doctor import examine, table

    rows = examine()
    Console().print(table(rows))
    if any(row.state == "missing" for row in rows):
        sys.exit(1)


@commands.command()
@click.argument("name", type=click.Choice(["cifar10", "fashion_mnist", "standin"]))
@click.option("--out", type=folder, help="Where to put it; by default the cache, where all commands look.")
def data(name: str, out: Path | None) -> None:
    """Download a data set, or write the stand-in images in CIFAR-10's layout."""
    from scalelab.data import download, load, write_cifar10

    if name != "standin":
        click.echo(f"{name} is in {download(name, out)}")
        return
    if out is None:
        raise click.UsageError("The stand-in images are made whenever they are needed; name a folder with --out.")
    images = load("standin")
    write_cifar10(out, images.train, images.test, images.classes, images.source)
    click.echo(f"{images.source} are in {out}")


@commands.command()
@click.option("--out", type=folder, default=Path("work"), show_default=True, help="Where to put them.")
@click.option("--course", type=folder, default=COURSE, help="The nbgrader course; by default labs/.")
def release(out: Path, course: Path) -> None:
    """Lay your copies of the labs into a working folder; what you changed there stays."""
    from scalelab import doctor
    from scalelab.course.release.release import release as lay
    from scalelab.course.release.start_page import lay_start_page

    done = lay(course, out, click.echo)
    lay_start_page(out, doctor.examine())
    for path, new in done.beside.items():
        click.echo(f"You changed {out / path}, so it stays as it is; the new version is {out / new}.")
    if done.written:
        count = len(done.written)
        click.echo(f"{count} file{'s' if count > 1 else ''} laid into {out}.")
    else:
        click.echo(f"{out} is up to date.")


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument("script", type=file)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--workers", default=2, show_default=True, help="Number of ranks, of one core or GPU each.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds after which all ranks are ended.")
def run(script: Path, arguments: tuple[str, ...], workers: int, timeout: float | None) -> None:
    """Run SCRIPT with its ARGUMENTS as several Horovod ranks, and say why it ended."""
    from scalelab.launch import launch
    from scalelab.launch.launch import Limits

    def show(progress) -> None:
        for line in progress.lines:
            click.echo(line.text if line.rank is None else f"[{line.rank}] {line.text}", err=line.stream == "stderr")

    outcome = launch(script, arguments, workers, limits=Limits(seconds=timeout), watch=show)
    click.echo(outcome.reason)
    sys.exit(0 if outcome.ended == "finished" else 1)


@commands.command()
@click.argument("sweep", metavar="FILE", type=file)
@click.option("--out", type=folder, required=True, help="Folder for the run records.")
@click.option("--at-once", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at the same time.")
def sweep(sweep: Path, out: Path, at_once: int) -> None:
    """Run a script with all arguments and seeds that FILE (TOML) names; what has finished is not run again."""
    from rich.console import Console

    from scalelab.experiments.sweep import read_sweep, run_trials, trials
    from scalelab.terminal.sweep import follow

    todo = trials(read_sweep(sweep), sweep.resolve().parent, out)
    sys.exit(0 if follow(Console(), todo, run_trials(todo, at_once)) else 1)


@commands.command()
@click.argument("script", type=file)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--workers", default=2, show_default=True, help="Number of ranks.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that a slow script gets.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(script: Path, arguments: tuple[str, ...], workers: int, timeout: float | None, as_json: bool) -> None:
    """Say what is wrong with SCRIPT's conversion to several ranks; its own ARGUMENTS come after --.

    Exit code 0: converted. 1: not, and what to do. 2: could not be run or has no step to judge, and why.
    """
    from rich.console import Console

    from scalelab.check import LIMITS
    from scalelab.check import check as check_script
    from scalelab.terminal.grading import show_check

    limits = LIMITS if timeout is None else dataclasses.replace(LIMITS, seconds=timeout)
    report = check_script(script, arguments, workers, limits=limits)
    if as_json:
        click.echo(report.to_json(), nl=False)
    else:
        show_check(Console(), report)
    sys.exit(0 if report.converted else 1)


@commands.command()
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

    from scalelab.grade import Order, load_rubric
    from scalelab.grade import grade as grade_one
    from scalelab.grade.background.progress_log import Telling
    from scalelab.terminal.grading import Screen, show_verdict

    out = out or Path("runs") / f"{submission.stem}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    order = Order(
        submission, out, load_rubric(rubric, device), device, workers, data, budget_seconds, seed, check, unsafe
    )  # fmt: skip
    console = Console(stderr=as_json)
    with Screen(console) as screen:
        result = grade_one(order, Telling(progress, screen) if progress else screen)
    show_verdict(console, result, out)
    if as_json:
        click.echo(result.to_json(), nl=False)
    sys.exit(0 if result.passed else 1)


@commands.command("grade-all")
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
    from scalelab.grade import load_rubric
    from scalelab.grade.classroom import ClassOrder
    from scalelab.terminal.class_grading import grade_on_screen

    terms = load_rubric(rubric, device)
    cluster = options.pop("cluster"), options.pop("settings")
    gradebook = options.pop("gradebook")
    order = ClassOrder(submissions, out, terms, device, workers or terms.workers, **options)
    sys.exit(0 if grade_on_screen(order, cluster, gradebook, table) else COULD_NOT)


@commands.command("grade-labs")
@click.argument("lab")
@click.option("--course", type=folder, default=COURSE, help="The nbgrader course; by default labs/.")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this one; may be given several times.")
@click.option("--again", is_flag=True, help="Grade also whoever was graded with the same submission.")
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Run all as yourself: only if you have read them.")
def grade_labs(lab: str, course: Path, students: tuple[str, ...], again: bool, unsafe: bool) -> None:
    """Grade the notebooks of LAB that lie in COURSE/submitted, and make the feedback pages.

    Start it again after whatever happened: who is graded stays, the others are graded.
    Exit code 0: all are graded. 2: somebody could not be, through no fault of theirs, and why.
    """
    from rich.console import Console

    from scalelab.course.class_grading.grade_labs import LabOrder
    from scalelab.terminal.lab_grading import grade_labs_on_screen

    order = LabOrder(lab, course.resolve(), students, again, sandbox=not unsafe)
    sys.exit(0 if grade_labs_on_screen(Console(), order) else COULD_NOT)


def _complain(sentence: str) -> None:
    click.echo(f"scalelab: {sentence}", err=True)


if __name__ == "__main__":
    main()
