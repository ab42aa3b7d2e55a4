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
@click.option("--engine", type=click.Choice(["auto", "horovod", "ddp"]), default="auto", show_default=True,
              help="What starts the ranks: horovodrun, torchrun, or the one that SCRIPT is written for.")  # fmt: skip
def run(script: Path, arguments: tuple[str, ...], workers: int, timeout: float | None, engine: str) -> None:
    """Run SCRIPT with its ARGUMENTS as several ranks, of Horovod or torch.distributed, and say why it ended."""
    from scalelab.launch import launch
    from scalelab.launch.diagnose import tells_of_the_end
    from scalelab.launch.engine import ENGINES
    from scalelab.launch.launch import Limits

    def show(progress) -> None:
        lines = (line for line in progress.lines if line.rank is not None or not tells_of_the_end(line.text))
        for line in lines:  # what the launcher says of the end is told again, with its cause
            click.echo(line.text if line.rank is None else f"[{line.rank}] {line.text}", err=line.stream == "stderr")

    chosen = next((one for one in ENGINES if one == engine), None)
    outcome = launch(script, arguments, workers, limits=Limits(seconds=timeout), watch=show, engine=chosen)
    click.echo(outcome.reason)
    sys.exit(0 if outcome.ended == "finished" else 1)
