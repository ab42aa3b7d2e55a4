"""What Horovod was doing when: its timeline of a run, from the file that HOROVOD_TIMELINE names.

Rank 0 writes it, as Chrome trace events: for each tensor when its phases began and ended, and which rank was ready
for it when. Times are those of rank 0, in seconds from the start of its timeline.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError

_AGAIN = "run with HOROVOD_TIMELINE=<file> again and read that file"
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")
_ANOTHER = re.compile(r"[,\n]\s*\{\"(?:ph|name)\"")
_SENDS = re.compile(r"(GLOO|MPI|NCCL|CCL)_")


@dataclass(frozen=True)
class Event:
    """A phase of one tensor. start: seconds; duration: seconds, or None where it has not ended (yet).

    phase: NEGOTIATE_ALLREDUCE until all ranks are ready; ALLREDUCE, and within it (level 1) QUEUE,
    MEMCPY_IN_FUSION_BUFFER, GLOO_ALLREDUCE (or MPI_, NCCL_), MEMCPY_OUT_FUSION_BUFFER; likewise BROADCAST and others.
    """

    tensor: str
    phase: str
    start: float
    duration: float | None
    level: int = 0

    @property
    def end(self) -> float | None:
        return None if self.duration is None else self.start + self.duration

    @property
    def sends(self) -> bool:
        """Whether bytes travel between ranks in this phase."""
        return _SENDS.match(self.phase) is not None


@dataclass(frozen=True)
class Ready:
    """A rank was ready to exchange a tensor, at `time` seconds.

    Horovod tells so for the first exchange of a tensor; from then on the ranks recognise it by a bit.
    """

    tensor: str
    rank: int
    time: float


@dataclass(frozen=True)
class Timeline:
    """events in the order of their start; cycles: seconds at which Horovod looked for work (if they were marked).

    `complete` says whether the file had its end: not so while the run goes on, or where it was killed. Even then the
    last steps may be missing: Horovod writes now and then, and loses what waits when it is shut down. A script that
    rests for half a second at its end has them all.
    """

    events: tuple[Event, ...]
    ready: tuple[Ready, ...]
    cycles: tuple[float, ...]
    complete: bool

    @property
    def tensors(self) -> tuple[str, ...]:
        """Names in the order in which they were first seen."""
        return tuple(dict.fromkeys(event.tensor for event in self.events))


def read_timeline(path: Path | str) -> Timeline:
    """The timeline in the file, also while it is still being written: an event cut at the end is left out.

    Raises ScaleLabError for a file that is missing or not a timeline.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ScaleLabError(f"Could not read {path} ({error.strerror or error}); {_AGAIN}.") from error
    if text.strip() and not text.lstrip().startswith("["):
        raise ScaleLabError(f"Expected {path} to begin with [ as a timeline does but it does not; {_AGAIN}.")
    entries, complete = _entries(path, text)
    collector = _Collector()
    try:
        for entry in entries:
            collector.add(entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise ScaleLabError(f"{path} holds an entry that is no timeline event ({error!r}); {_AGAIN}.") from error
    return collector.timeline(complete)


def _entries(path: Path, text: str) -> tuple[list[dict], bool]:
    """The objects of the array, as many as are whole, and whether its closing bracket is there."""
    found = []
    place = _BETWEEN.match(text, text.find("[") + 1).end()
    while place < len(text) and text[place] != "]":
        try:
            entry, place = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            if _ANOTHER.search(text, place + 1):  # more events behind it: this is not the end being written
                raise ScaleLabError(f"{path} is damaged at character {error.pos}; {_AGAIN}.") from error
            return found, False
        found.append(entry)
        place = _BETWEEN.match(text, place).end()
    return found, place < len(text)


class _Collector:
    """Joins beginnings with their ends, which close the latest open phase of their tensor."""

    def __init__(self):
        self.names: dict[int, str] = {}
        self.open: dict[int, list[tuple[str, float]]] = defaultdict(list)
        self.events: list[Event] = []
        self.ready: list[Ready] = []
        self.cycles: list[float] = []

    def add(self, entry: dict) -> None:
        kind, number = entry["ph"], entry.get("pid", 0)
        if kind == "M":
            if "name" in entry["args"]:
                self.names[number] = entry["args"]["name"]
            return
        time = entry["ts"] / 1e6
        if kind == "B":
            self.open[number].append((entry["name"], time))
        elif kind == "E":
            self._end(number, time)
        elif kind == "X":
            self._whole(number, entry["name"], time, entry["dur"] / 1e6)
        elif kind == "i":
            self.cycles.append(time)

    def _end(self, number: int, time: float) -> None:
        if not self.open[number]:
            return  # begun before the timeline was switched on
        phase, start = self.open[number].pop()
        self.events.append(Event(self.names[number], phase, start, time - start, len(self.open[number])))

    def _whole(self, number: int, name: str, time: float, duration: float) -> None:
        if name.isdigit():  # a rank, by its number
            self.ready.append(Ready(self.names[number], int(name), time))
        else:
            self.events.append(Event(self.names[number], name, time, duration, len(self.open[number])))

    def timeline(self, complete: bool) -> Timeline:
        unfinished = [
            Event(self.names[number], phase, start, None, level)
            for number, phases in self.open.items()
            for level, (phase, start) in enumerate(phases)
        ]
        events = sorted([*self.events, *unfinished], key=_by_start)
        return Timeline(tuple(events), tuple(self.ready), tuple(self.cycles), complete)


def _by_start(event: Event) -> tuple[float, int]:
    return event.start, event.level


def steps(timeline: Timeline) -> list[list[Event]]:
    """The events of each step: step k has the k-th exchange of each tensor that is exchanged in every step.

    These are the tensors exchanged most often (but for one time, which a run that was cut may lack): the gradients.
    What is exchanged once, as the initial weights are, is in none.
    """
    rounds: dict[str, list[list[Event]]] = defaultdict(list)
    for event in timeline.events:
        if event.phase.startswith("NEGOTIATE_"):
            rounds[event.tensor].append([])
        if rounds[event.tensor]:
            rounds[event.tensor][-1].append(event)
    most = max(map(len, rounds.values()), default=0)
    often = [exchanges for exchanges in rounds.values() if len(exchanges) >= max(most - 1, min(most, 2))]
    found = [sum((exchanges[k] for exchanges in often if k < len(exchanges)), []) for k in range(most)]
    return [sorted(events, key=_by_start) for events in found]


def messages(events: list[Event]) -> list[list[str]]:
    """Tensors that travelled together, message by message: tensor fusion makes few messages of many tensors."""
    found: list[list[str]] = []
    last = float("-inf")
    for event in sorted((event for event in events if event.sends), key=lambda event: event.start):
        if event.start >= last:
            found.append([])
            last = event.start
        found[-1].append(event.tensor)
        last = max(last, float("inf") if event.end is None else event.end)
    return found
