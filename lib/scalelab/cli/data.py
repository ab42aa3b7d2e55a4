"""Getting the data sets."""

from pathlib import Path

import click

from scalelab.cli.options import folder


@click.command()
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
