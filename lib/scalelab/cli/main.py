"""The command line: its commands, and how each of their errors ends."""

import os
import signal
import sys
import traceback

import click

from scalelab import __version__
from scalelab.cli import check, data, doctor, grade, grade_all, grade_labs, release, run, sweep
from scalelab.cli.options import COULD_NOT, INTERRUPTED
from scalelab.errors import ScaleLabError
from scalelab.install.openmp import PASSIVE


def main() -> None:
    """Run the command line; every error ends in one sentence and exit code 2."""
    # Asked to end, it puts away what it has started, as on Ctrl-C, which is ignored where a shell sent it to the back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name, value in PASSIVE.items():  # before anything loads torch
        os.environ.setdefault(name, value)
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


for command in (
    doctor.doctor,
    data.data,
    release.release,
    run.run,
    sweep.sweep,
    check.check,
    grade.grade,
    grade_all.grade_all,
    grade_labs.grade_labs,
):
    commands.add_command(command)


def _complain(sentence: str) -> None:
    click.echo(f"scalelab: {sentence}", err=True)
