"""What several commands have in common: kinds of paths, exit codes, options."""

from pathlib import Path

import click

from scalelab.places import RUBRIC

COULD_NOT = 2
INTERRUPTED = 130

folder = click.Path(file_okay=False, path_type=Path)
file = click.Path(path_type=Path)

device_option = click.option(
    "--device", type=click.Choice(["cpu", "gpu"]), default="cpu", show_default=True,
    help="What a rank computes on, and which part of the rubric holds.",
)  # fmt: skip
data_option = click.option("--data", type=folder, help="Folder with CIFAR-10; by default as `scalelab doctor` shows.")
check_option = click.option("--check/--no-check", default=True, help="Whether to run the conversion check as well.")
rubric_option = click.option(
    "--rubric", type=file, default=RUBRIC, help="The terms; by default assessment/rubric.toml."
)
