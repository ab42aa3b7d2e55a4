"""The conversion check."""

import dataclasses
import sys
from pathlib import Path

import click

from scalelab.cli.options import file


@click.command()
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

    stall_seconds = LIMITS.stall_seconds * max(1.0, (timeout or 0.0) / (LIMITS.seconds or 1.0))  # as much longer
    limits = dataclasses.replace(LIMITS, seconds=timeout or LIMITS.seconds, stall_seconds=stall_seconds)
    report = check_script(script, arguments, workers, limits=limits)
    if as_json:
        click.echo(report.to_json(), nl=False)
    else:
        show_check(Console(), report)
    sys.exit(0 if report.converted else 1)
