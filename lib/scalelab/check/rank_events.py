"""What a rank has told, as the check reads it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from scalelab.check.events import Batch, Began, Call, Ended, Event, path
from scalelab.files.untrusted import open_plain
from scalelab.launch.engine import Engine

MOST_BYTES = 1 << 26  # that a rank is listened to
Kind = TypeVar("Kind", bound=Event)


class RankEvents:
    """All events of one rank, in order."""

    def __init__(self, rank: int, events: Sequence[Event], steps_alone: int = 0):
        self.rank, self.events = rank, list(events)
        self.steps_alone = steps_alone  # of this rank's that are not counted here

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Its events of one kind, in their order."""
        return [event for event in self.events if isinstance(event, kind)]

    def calls(self, *names: str) -> list[Call]:
        """Collective calls by these names."""
        return [call for call in self.of(Call) if call.name in names]

    def of_calls(self, *beginnings: str) -> list[Call]:
        """Collective calls whose names begin so."""
        return [call for call in self.of(Call) if call.name.startswith(beginnings)]

    @property
    def batches(self) -> list[Batch]:
        """The batches of data: where there are several networks, of the one whose batches say most of themselves."""
        streams: dict[int, list[Batch]] = {}
        for batch in self.of(Batch):
            streams.setdefault(batch.stream, []).append(batch)
        noted = {stream: (sum(bool(b.indices) for b in of_one), sum(bool(b.labels) for b in of_one), -stream)
                for stream, of_one in streams.items()}  # fmt: skip
        return streams[max(noted, key=lambda stream: noted[stream])] if noted else []

    @property
    def initialized(self) -> bool:
        """Whether it called `hvd.init`, or `init_process_group`."""
        return bool(self.calls("init", "init_process_group"))

    @property
    def engine(self) -> Engine:
        """What has started it."""
        return next((event.engine for event in self.of(Began)), "horovod")

    @property
    def steps(self) -> int:
        """Optimizer steps that the rank has finished."""
        return max((event.step for event in self.events), default=0)

    @property
    def end(self) -> Ended | None:
        """How its script ended; None where it was ended from outside."""
        return next(iter(self.of(Ended)), None)


def read(folder: Path, workers: int) -> list[RankEvents]:
    """What the ranks have told; a line that was cut off by a rank's death is passed over."""
    return [RankEvents(rank, _read_one(path(folder, rank))) for rank in range(workers)]


def _read_one(file: Path) -> list[Event]:
    events: list[Event] = []
    try:
        with open_plain(file) as stream:
            lines = stream.read(MOST_BYTES).splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            events.append(msgspec.json.decode(line, type=Event))
        except msgspec.DecodeError:
            continue
    return events
