"""What Horovod was doing when: its timeline of a run, from the file that HOROVOD_TIMELINE names.

Rank 0 writes it, as Chrome trace events: for each tensor when its phases began and ended, and which rank was ready
for it when. Times are those of rank 0, in seconds from the start of its timeline.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from scalelab.errors import ScaleLabError

_AGAIN = "run with HOROVOD_TIMELINE=<file> again and read that file"
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")
_ANOTHER = re.compile(r"[,\n]\s*\{\"(?:ph|name)\"")
_SENDS = re.compile(r"(GLOO|MPI|NCCL|CCL)_")
_BYTES_OF = {
    "float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "int16": 2, "uint16": 2,
    "int8": 1, "uint8": 1, "bool": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """A phase of one tensor. start: seconds; duration: seconds, or None where it has not ended (yet).

    bytes: of the tensor, where Horovod tells them, which it does at the end of level 0's ALLREDUCE.
    phase: NEGOTIATE_ALLREDUCE until all ranks are ready; ALLREDUCE, and within it (level 1) QUEUE,
    MEMCPY_IN_FUSION_BUFFER, GLOO_ALLREDUCE (or MPI_, NCCL_), MEMCPY_OUT_FUSION_BUFFER; likewise BROADCAST and others.
    """

    tensor: str
    phase: str
    start: float
    duration: float | None
    level: int = 0
    bytes: int | None = None

    @property
    def end(self) -> float | None:
        """In seconds; None of an event that has no duration."""
        return None if self.duration is None else self.start + self.duration

    @property
    def sends(self) -> bool:
        """Whether bytes travel between ranks in this phase."""
        return _SENDS.match(self.phase) is not None


@dataclass(frozen=True)
class Ready:
    """A rank was ready to exchange a tensor, at `time` seconds.

    Horovod tells so for the first exchange of a tensor; from then on the ranks recognise it by a bit. With
    HOROVOD_CACHE_CAPACITY=0 they do not, and every exchange has it.
    """

    tensor: str
    rank: int
    time: float


@dataclass(frozen=True)
class Message:
    """Tensors that travelled together, from `start` to `end` (seconds; None: never ended); bytes: None if not told."""

    tensors: tuple[str, ...]
    start: float
    end: float | None
    bytes: int | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None where its end was not written."""
        return None if self.end is None else self.end - self.start


@dataclass(frozen=True)
class Timeline:
    """events in the order of their start; cycles: seconds at which Horovod looked for work (if they were marked).

    zero: when the timeline began, in seconds since 1970, as `time.time()` counts; None where the file does not say.

    `complete` says whether the file had its end: not so while the run goes on, or where it was killed. Even then the
    last steps may be missing: Horovod writes now and then, and loses what waits when it is shut down. A script that
    rests for half a second at its end has them all.
    """

    events: tuple[Event, ...]
    ready: tuple[Ready, ...]
    cycles: tuple[float, ...]
    complete: bool
    zero: float | None = None

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


def _entries(path: Path, text: str) -> tuple[list[dict[str, Any]], bool]:
    """The objects of the array, as many as are whole, and whether its closing bracket is there."""
    found: list[dict[str, Any]] = []
    place = _next(text, text.find("[") + 1)
    while place < len(text) and text[place] != "]":
        try:
            entry, place = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            if _ANOTHER.search(text, place + 1):  # more events behind it: this is not the end being written
                raise ScaleLabError(f"{path} is damaged at character {error.pos}; {_AGAIN}.") from error
            return found, False
        found.append(entry)
        place = _next(text, place)
    return found, place < len(text)


def _next(text: str, place: int) -> int:
    between = _BETWEEN.match(text, place)
    assert between is not None  # it may be empty
    return between.end()


class _Collector:
    """Joins beginnings with their ends, which close the latest open phase of their tensor."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.open: dict[int, list[tuple[str, float]]] = defaultdict(list)
        self.events: list[Event] = []
        self.ready: list[Ready] = []
        self.cycles: list[float] = []
        self.zero: float | None = None

    def add(self, entry: dict[str, Any]) -> None:
        kind, number = entry["ph"], entry.get("pid", 0)
        if kind == "M":
            self._about(number, entry["args"])
            return
        time = entry["ts"] / 1e6
        if kind == "B":
            self.open[number].append((entry["name"], time))
        elif kind == "E":
            self._end(number, time, entry.get("args", {}))
        elif kind == "X":
            self._whole(number, entry["name"], time, entry["dur"] / 1e6)
        elif kind == "i":
            self.cycles.append(time)

    def _about(self, number: int, arguments: dict[str, Any]) -> None:
        if "name" in arguments:
            self.names[number] = arguments["name"]
        if "start_time_since_epoch_in_micros" in arguments:
            self.zero = arguments["start_time_since_epoch_in_micros"] / 1e6

    def _end(self, number: int, time: float, arguments: dict[str, Any]) -> None:
        if not self.open[number]:
            return  # begun before the timeline was switched on
        phase, start = self.open[number].pop()
        level, size = len(self.open[number]), _bytes(arguments) if arguments else None
        self.events.append(Event(self.names[number], phase, start, time - start, level, size))

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
        return Timeline(tuple(events), tuple(self.ready), tuple(self.cycles), complete, self.zero)


def _bytes(arguments: dict[str, Any]) -> int | None:
    """Bytes of a tensor of which Horovod tells the type and the shape, "[64, 32]"."""
    width, lengths = _BYTES_OF.get(arguments["dtype"]), re.findall(r"\d+", arguments["shape"])
    return None if width is None else width * prod(map(int, lengths))


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


def negotiation_wait(timeline: Timeline, step: list[Event]) -> list[Ready]:
    """When the ranks were ready for the tensors of this step (one of `steps`), in the order of time."""
    start, end = step[0].start, max(event.start if event.end is None else event.end for event in step)
    tensors = {event.tensor for event in step}
    found = [one for one in timeline.ready if one.tensor in tensors and start <= one.time <= end]
    return sorted(found, key=lambda one: one.time)


def transfers(events: list[Event]) -> list[Message]:
    """The messages of some events, in their order: tensor fusion makes few messages of many tensors."""
    groups: list[list[Event]] = []
    last = float("-inf")
    for event in sorted((event for event in events if event.sends), key=lambda event: event.start):
        if event.start >= last:
            groups.append([])
            last = event.start
        groups[-1].append(event)
        last = max(last, float("inf") if event.end is None else event.end)
    whole = [(event, event.bytes) for event in events if event.bytes is not None]
    return [_message(group, whole) for group in groups]


def _message(group: list[Event], whole: list[tuple[Event, int]]) -> Message:
    """`whole`: the phases around those in which tensors travelled, with the bytes that they tell."""
    start, names = min(event.start for event in group), tuple(event.tensor for event in group)
    ends = [event.end for event in group if event.end is not None]
    end = max(ends) if len(ends) == len(group) else None
    sizes = {one.tensor: size for one, size in whole if one.start <= start and end and one.end and one.end >= end}
    return Message(names, start, end, sum(sizes[name] for name in names) if set(names) <= set(sizes) else None)


def messages(events: list[Event]) -> list[list[str]]:
    """Names of the tensors that travelled together, message by message."""
    return [list(message.tensors) for message in transfers(events)]
