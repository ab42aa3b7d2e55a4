"""The stored runs of notebook 4.1: ring all-reduces of several sizes between two processes of a quiet machine.

    python bench/link.py [--rounds 60]

Leaves labs/source/lab4_communication/measured_link.json.
"""

import click
from machine import describe_machine

from scalelab.experiments.link import LinkRuns
from scalelab.experiments.stored import write_stored
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.processes import Task, run_on_processes
from scalelab.places import COURSE

SIZES = [4 * 10**k for k in range(2, 8)]  # bytes
IN_A_ROW = 4  # of a size, of which the last one counts: what comes after a large one is slower
WARM_UP = 3  # rounds


@click.command()
@click.option("--rounds", default=60, show_default=True)
def main(rounds: int) -> None:
    """Measure and store."""
    elements = [size // 4 for size in SIZES for _ in range(IN_A_ROW)]
    run = run_on_processes(ring_all_reduce, 2, Task(elements, rounds + WARM_UP))
    runs = LinkRuns(describe_machine(), SIZES, run.seconds[WARM_UP:, IN_A_ROW - 1 :: IN_A_ROW].tolist())
    write_stored(runs, COURSE / "source" / "lab4_communication" / "measured_link.json")
    for size, seconds in runs.quiet.items():
        click.echo(f"{size:>11,} bytes: {1e3 * seconds:8.3f} ms")


if __name__ == "__main__":
    main()
