"""Whether what is reported is about all ranks or about one."""

from collections.abc import Iterator

from scalelab.check.events import AVERAGING, Batch, Call, Ended, Evaluated, Event, Print, Report, Step, Write
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding

OF_TRAINING = ("loss", "train_accuracy")  # what a rank measures on its own part
TOLERANCE = 1e-6
SHARED = 0.9  # of the evaluated images, for two ranks to have evaluated the same
HINT = (
    "Average over the ranks before you report: sum the losses, the correct answers and the images of each rank in a "
    'tensor, hvd.allreduce(sums, op=hvd.Sum, name="sums"), then divide.'
)


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """metrics-not-averaged: what is reported differs among ranks, or was measured on a part, and nobody was asked."""
    found = find_own_reports(ranks) or find_own_evaluation(ranks)
    if found:
        yield found


def find_own_reports(ranks: list[RankEvents]) -> Finding | None:
    """Every rank would report another value to its run record."""
    for reports in zip(*(rank.of(Report) for rank in ranks), strict=False):
        first = reports[0]
        for name in OF_TRAINING:
            values = [report.values[name] for report in reports if name in report.values]
            if len(values) == len(ranks) and _differ(values) and not _asks_others(ranks[0], first.step):
                each = ", ".join(f"{value:.4f} on rank {rank}" for rank, value in enumerate(values[:4]))
                return _own(f"The reported {name} is one rank's own: it is {each}.", first.where)
    return None


def _differ(values: list[float]) -> bool:
    return max(values) - min(values) > TOLERANCE * max(map(abs, values))


def _asks_others(rank: RankEvents, until: int) -> bool:
    """Whether the script itself, not its optimizer, exchanged something since training began."""
    names = (*AVERAGING, "broadcast")
    return any(0 < call.step <= until and not call.wrapped for call in rank.of_calls(*names))


def find_own_evaluation(ranks: list[RankEvents]) -> Finding | None:
    """The ranks evaluate different images, and one of them reports without having asked the others."""
    evaluations = [_evaluations(rank) for rank in ranks]
    for step in set.intersection(*map(set, evaluations)):
        parts = [{row for event in of_rank[step] if isinstance(event, Evaluated) for row in event.rows}
                 for of_rank in evaluations]  # fmt: skip
        if all(parts) and not _same(parts) and (reported := _reports_alone(evaluations[0][step])):
            message = "Each rank evaluates its own part of the images, and what is reported is one rank's own result."
            return _own(message, reported.where)
    return None


def _evaluations(rank: RankEvents) -> dict[int, list[Event]]:
    """By step, what happened from the first image evaluated there until training went on, or the script ended."""
    found: dict[int, list[Event]] = {}
    under_way: list[Event] = []
    for event in rank.events:
        if isinstance(event, Batch | Step) or (isinstance(event, Ended) and not event.enough and not event.error):
            if under_way and all(one.rows for one in under_way if isinstance(one, Evaluated)):
                found[under_way[0].step] = under_way
            under_way = []
        elif under_way or isinstance(event, Evaluated):
            under_way.append(event)
    return found


def _same(parts: list[set[int]]) -> bool:
    """Whether all ranks have evaluated the same images."""
    return all(len(parts[0] & other) >= SHARED * max(len(parts[0]), len(other)) for other in parts[1:])


def _reports_alone(events: list[Event]) -> Print | Report | Write | None:
    """What a rank told the world after its last evaluated image, if it exchanged nothing since the first."""
    if any(isinstance(event, Call) and not event.wrapped and event.name.startswith(AVERAGING) for event in events):
        return None
    last = max(i for i, event in enumerate(events) if isinstance(event, Evaluated))
    return next((event for event in events[last:] if isinstance(event, Print | Report | Write)), None)


def _own(message: str, where: str | None) -> Finding:
    return Finding(id="metrics-not-averaged", severity="error", where=where, message=message, hint=HINT)
