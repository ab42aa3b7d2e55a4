"""Running a sweep."""

import sys
from pathlib import Path

import click

from scalelab.cli.options import file, folder


@click.command()
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
