"""Laying the learner's copies."""

from pathlib import Path

import click

from scalelab.cli.options import folder
from scalelab.places import COURSE


@click.command()
@click.option("--out", type=folder, default=Path("work"), show_default=True, help="Where to put them.")
@click.option("--course", type=folder, default=COURSE, help="The nbgrader course; by default labs/.")
def release(out: Path, course: Path) -> None:
    """Lay your copies of the labs into a working folder; what you changed there stays."""
    from scalelab.course.release.release import release as lay
    from scalelab.course.release.start_page import lay_start_page
    from scalelab.terminal import doctor

    done = lay(course, out, click.echo)
    lay_start_page(out, doctor.examine())
    for path, new in done.beside.items():
        click.echo(f"You changed {out / path}, so it stays as it is; the new version is {out / new}.")
    if done.written:
        count = len(done.written)
        click.echo(f"{count} file{'s' if count > 1 else ''} laid into {out}.")
    else:
        click.echo(f"{out} is up to date.")
