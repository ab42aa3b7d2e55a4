"""Our teaching ring between real processes, beside Gloo's own all-reduce and Horovod's, in interleaved rounds.

    python bench/collectives.py [--rounds 40] [--workers 2]

In every round each takes its turn at each size, in the same processes. Leaves figures and a table in bench/results/.
"""

import json
import statistics
import tempfile
from pathlib import Path

import click
import pages
from machine import describe_machine

from scalelab.errors import ScaleLabError
from scalelab.figures.encoding import in_bytes
from scalelab.launch.launch import launch

RESULTS = Path(__file__).parent / "results"
SIZES = [4_096, 1_048_576, 67_108_864]  # bytes
WARM_UP = 3  # rounds
RANK = """
import json, sys, time
import horovod.torch as hvd
import torch
import torch.distributed as dist
from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.gloo_messages import GlooMessages

folder, rounds, sizes = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
hvd.init()
torch.set_num_threads(1)
dist.init_process_group("gloo", f"file://{folder}/meeting", rank=hvd.rank(), world_size=hvd.size())


def ours(collective):
    def reduce(x):
        messages = GlooMessages()
        collective(x, hvd.rank(), hvd.size(), messages.send, messages.receive)
        messages.finish()
    return reduce


forms = {
    "our ring": ours(ring_all_reduce),
    "our halving and doubling": ours(halving_doubling_all_reduce),
    "Gloo": dist.all_reduce,
    "Horovod": lambda x: hvd.allreduce_(x, op=hvd.Sum, name="x"),
}
found = {name: {str(size): [] for size in sizes} for name in forms}
for number in range(rounds):
    for size in sizes:
        for name in list(forms)[number % 4:] + list(forms)[:number % 4]:
            x = torch.ones(size // 4)
            dist.barrier()
            start = time.perf_counter()
            forms[name](x)
            found[name][str(size)].append(time.perf_counter() - start)
            assert x[0] == x[-1] == hvd.size()
if hvd.rank() == 0:
    open(f"{folder}/found.json", "w").write(json.dumps(found))
hvd.shutdown()
"""


def measure(workers: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of every round after the warm-up, {which: {bytes: seconds}}."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "rank.py"
        script.write_text(RANK)
        arguments = [folder, str(rounds + WARM_UP), json.dumps(SIZES)]
        outcome = launch(script, arguments, workers, folder=folder, engine="horovod")
        if outcome.ended != "finished":
            raise ScaleLabError(outcome.reason)
        found = json.loads((Path(folder) / "found.json").read_text())
    return {name: {size: times[WARM_UP:] for size, times in by_size.items()} for name, by_size in found.items()}


def table(found: dict[str, dict[str, list[float]]], workers: int) -> str:
    """Medians of each, and the ratio to Gloo's within the rounds, with the middle 80 %, as Markdown."""
    lines = [f"| all-reduce, {workers} workers | {' | '.join(in_bytes(size) for size in SIZES)} |"]
    lines.append("|---|" + "---|" * len(SIZES))
    for name, by_size in found.items():
        cells = []
        for size, times in by_size.items():
            ratios = [mine / gloo for mine, gloo in zip(times, found["Gloo"][size], strict=True)]
            tenths = statistics.quantiles(ratios, n=10)
            beside = (
                "" if name == "Gloo" else f", {statistics.median(ratios):.2f} ({tenths[0]:.2f} to {tenths[-1]:.2f})"
            )
            cells.append(f"{1e3 * statistics.median(times):.3g} ms{beside}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


@click.command()
@click.option("--rounds", default=40, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(rounds: int, workers: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    found = measure(workers, rounds)
    words = table(found, workers)
    click.echo(words)
    stored = describe_machine() | {"workers": workers, "seconds": found}
    (RESULTS / "collectives.json").write_text(json.dumps(stored) + "\n")
    (RESULTS / "collectives.md").write_text(words + "\n")
    pages.main()


if __name__ == "__main__":
    main()
