"""Running a script as ranks."""

import sys
from pathlib import Path

import click

from scalelab.cli.options import file


@click.command(context_settings={"ignore_unknown_options": True})
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
