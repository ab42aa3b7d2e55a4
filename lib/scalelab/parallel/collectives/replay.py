"""How long a transcript takes on links of a given latency and bandwidth, and when each message travels."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count as count_from_zero

import numpy as np

from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.transcript import Transcript


@dataclass(frozen=True)
class Replay:
    """Seconds: when each message leaves, has arrived as a whole, and is taken in; and when each worker is through."""

    leaves: np.ndarray
    arrives: np.ndarray
    taken: np.ndarray
    ends: np.ndarray

    @property
    def seconds(self) -> float:
        """Until all are through."""
        return float(self.ends.max(initial=0.0))


def replay(transcript: Transcript, cost: MessageCost, slow: Mapping[int, float] | None = None) -> Replay:
    """The messages on a clock. A worker has a port for each direction, which passes `bandwidth` bytes a second; the
    first byte arrives `latency` after it left (Hockney 1994). Adding up takes no time.

    `slow`: workers whose ports, and whose calls, take so many times as long.
    """
    clock = _Clock(transcript, cost, slow or {})
    while clock.events:
        now, _, happen = heapq.heappop(clock.events)
        happen(now)
    return Replay(clock.leaves, clock.arrives, clock.taken, clock.ends)


class _Clock:
    """What happens next, in the order of time: a worker makes its next call, or a message comes to its receiver's port.

    A worker goes on until it needs a message that has not come.
    """

    def __init__(self, transcript: Transcript, cost: MessageCost, slow: Mapping[int, float]):
        count = len(transcript.messages)
        self.transcript, self.cost = transcript, cost
        self.slow = [slow.get(worker, 1.0) for worker in range(transcript.size)]
        self.leaves, self.arrives, self.taken = (np.full(count, np.nan) for _ in range(3))
        self.ends = np.zeros(transcript.size)
        self.next_call = [0] * transcript.size
        self.out_free, self.in_free = [0.0] * transcript.size, [0.0] * transcript.size
        self.waiting: dict[int, int] = {}  # who waits for a message, by its place
        self.events: list[tuple[float, int, Callable[[float], None]]] = []
        self.counted = count_from_zero()
        for worker in range(transcript.size):
            self._at(0.0, partial(self._go_on, worker))

    def _at(self, time: float, happen: Callable[[float], None]) -> None:
        heapq.heappush(self.events, (time, next(self.counted), happen))

    def _go_on(self, worker: int, now: float) -> None:
        calls = self.transcript.calls[worker]
        if self.next_call[worker] == len(calls):
            self.ends[worker] = now
            return
        call = calls[self.next_call[worker]]
        if not call.sends and np.isnan(self.arrives[call.message]):
            self.waiting[call.message] = worker
            return
        self.next_call[worker] += 1
        if call.sends:
            self._send(call.message, now)
        else:
            now = self.taken[call.message] = max(now, self.arrives[call.message])
        self._at(now, partial(self._go_on, worker))

    def _send(self, number: int, now: float) -> None:
        message = self.transcript.messages[number]
        slow = max(self.slow[message.sender], self.slow[message.receiver])
        seconds = slow * message.bytes / self.cost.bandwidth
        self.leaves[number] = leaves = max(now, self.out_free[message.sender])
        self.out_free[message.sender] = leaves + seconds
        self._at(leaves + slow * self.cost.latency, partial(self._come, number, seconds))

    def _come(self, number: int, seconds: float, now: float) -> None:
        """The first byte has come; one message after the other goes in."""
        receiver = self.transcript.messages[number].receiver
        arrives = max(now, self.in_free[receiver]) + seconds
        self.in_free[receiver] = self.arrives[number] = arrives
        if number in self.waiting:
            self._at(arrives, partial(self._go_on, self.waiting.pop(number)))
