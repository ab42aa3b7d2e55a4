"""Whether what is reported is about all ranks or about one."""

from collections.abc import Iterator

from scalelab.parallel.check.events import Call, RankEvents, Report
from scalelab.parallel.check.report import Finding

OF_TRAINING = ("loss", "train_accuracy")  # what a rank measures on its own part
TOLERANCE = 1e-6


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """metrics-not-averaged: every rank would report another value, and none asked the others."""
    for reports in zip(*(rank.of(Report) for rank in ranks), strict=False):
        first = reports[0]
        for name in OF_TRAINING:
            values = [report.values[name] for report in reports if name in report.values]
            if len(values) == len(ranks) and _differ(values) and not _asks_others(ranks[0], first.step):
                yield _own(name, values, first.where)
                return


def _differ(values: list[float]) -> bool:
    return max(values) - min(values) > TOLERANCE * max(map(abs, values))


def _asks_others(rank: RankEvents, until: int) -> bool:
    """Whether the script itself, not its optimizer, exchanged something since training began."""
    names = ("allreduce", "allgather", "grouped_all", "reducescatter", "alltoall", "broadcast")
    return any(
        0 < call.step <= until and not call.wrapped and call.name.startswith(names) for call in rank.of(Call)
    )


def _own(name: str, values: list[float], where: str | None) -> Finding:
    each = ", ".join(f"{value:.4f} on rank {rank}" for rank, value in enumerate(values[:4]))
    return Finding(
        id="metrics-not-averaged",
        severity="error",
        where=where,
        message=f"The reported {name} is one rank's own: it is {each}.",
        hint="Average over the ranks before you report: sum the losses, the correct answers and the images of each "
        "rank in a tensor, hvd.allreduce(sums, op=hvd.Sum), then divide.",
    )
