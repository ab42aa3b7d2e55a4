"""What is here, and what is missing."""

import sys

import click


@click.command()
def doctor() -> None:
    """Show what is installed here, what is missing and how to mend it."""
    from rich.console import Console

    from scalelab.terminal.doctor import examine, table

    rows = examine()
    Console().print(table(rows))
    if any(row.state == "missing" for row in rows):
        sys.exit(1)
