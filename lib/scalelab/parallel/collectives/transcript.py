"""A collective among any number of workers, on messages that are only written down: who sent what to whom, and when.

Each worker is a thread. Rounds are counted as a machine with one port each way would have them: in a round a worker
sends one message and takes one in, and what it sends cannot be older than what it has taken in.
"""

import threading
import weakref
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from scalelab.errors import ScaleLabError
from scalelab.parallel.collectives.protocol import Collective, check_message, check_partner

MOST_MESSAGES = 50_000


@dataclass(frozen=True)
class Message:
    """What one worker sent to another: so many elements of so many bytes, in this round (from 0)."""

    sender: int
    receiver: int
    elements: int
    bytes: int
    round: int


@dataclass(frozen=True)
class Call:
    """A worker's call, in its order: it sends, or it takes in, this message (its place in the transcript)."""

    sends: bool
    message: int


@dataclass(frozen=True)
class Traffic:
    """The messages among so many workers, and what follows from them."""

    messages: list[Message]
    size: int

    @property
    def rounds(self) -> int:
        """In how many rounds all was done."""
        return max((message.round + 1 for message in self.messages), default=0)

    @property
    def bytes_sent(self) -> list[int]:
        """Of each worker."""
        return [sum(m.bytes for m in self.messages if m.sender == worker) for worker in range(self.size)]

    @property
    def bytes_received(self) -> list[int]:
        """By each worker."""
        return [sum(m.bytes for m in self.messages if m.receiver == worker) for worker in range(self.size)]

    @property
    def busiest(self) -> int:
        """Bytes that the busiest worker sends, or takes in if that is more."""
        return max([*self.bytes_sent, *self.bytes_received], default=0)


@dataclass(frozen=True)
class Transcript(Traffic):
    """All that a collective did. `results` are what the workers ended with, `calls` each worker's calls in order.

    `peak_bytes`: the most bytes of others' values that a worker held at a time; `left`: messages nobody took in.
    """

    results: list[Tensor]
    calls: list[list[Call]]
    peak_bytes: list[int]
    left: list[Message]


class Deadlock(ScaleLabError):
    """Workers wait for messages that nobody will send: `waits` says for whom. `messages` were sent before."""

    def __init__(self, waits: dict[int, int], ended: set[int], messages: Sequence[Message] = ()):
        self.waits, self.ended, self.messages = waits, ended, list(messages)
        named = [f"worker {worker} for worker {source}" + (", which has ended" if source in ended else "")
                 for worker, source in sorted(waits.items())[:4]]  # fmt: skip
        more = f" (and {len(waits) - 4} more)" if len(waits) > 4 else ""
        super().__init__(f"All that are left wait: {', '.join(named)}{more}. Nobody sends.")


def write_down(collective: Collective, vectors: Sequence[Tensor]) -> Transcript:
    """Run `collective` among as many workers as there are vectors, each with a copy of its own, (n,).

    Raises Deadlock; ScaleLabError where something is sent that cannot be; and what the collective itself raises, of
    the lowest worker.
    """
    desk = _Desk(len(vectors))
    with _one_thread_each():
        threads = [
            threading.Thread(target=desk.work, args=(collective, worker, vector.clone()), daemon=True)
            for worker, vector in enumerate(vectors)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if desk.errors:
        raise desk.errors[min(desk.errors)]
    if desk.stuck:
        raise desk.stuck
    return desk.transcript()


class _one_thread_each:  # noqa: N801  (used as a context)
    """Torch's own threads would be started by each of the workers."""

    def __enter__(self) -> None:
        self.threads = torch.get_num_threads()
        torch.set_num_threads(1)

    def __exit__(self, *_: object) -> None:
        torch.set_num_threads(self.threads)


@dataclass
class _Ports:
    """Of a worker: the round that its next message can go in at the earliest, and that its ports were used in last."""

    earliest: int = 0
    last_out: int = -1
    last_in: int = -1


@dataclass
class _Desk:
    """Where all messages pass. The lock guards everything."""

    size: int
    messages: list[Message] = field(default_factory=list)
    results: dict[int, Tensor] = field(default_factory=dict)
    errors: dict[int, BaseException] = field(default_factory=dict)
    stuck: Deadlock | None = None

    def __post_init__(self) -> None:
        self.lock = threading.Condition()
        self.under_way: dict[tuple[int, int], deque[tuple[int, Tensor]]] = defaultdict(deque)
        self.calls: list[list[Call]] = [[] for _ in range(self.size)]
        self.ports = [_Ports() for _ in range(self.size)]
        self.waits: dict[int, int] = {}
        self.ended: set[int] = set()
        self.held, self.peak = [0] * self.size, [0] * self.size

    def work(self, collective: Collective, worker: int, vector: Tensor) -> None:
        """A worker's whole life."""
        try:
            result = collective(
                vector, worker, self.size, lambda values, to: self.send(worker, values, to),
                lambda source: self.receive(worker, source),
            )  # fmt: skip
            self.results[worker] = result
        except _Over:
            pass
        except BaseException as error:  # it is the learner's, and is raised by whoever started the workers
            self.errors[worker] = error
        with self.lock:
            self.ended.add(worker)
            self._look_for_a_deadlock()
            self.lock.notify_all()

    def send(self, worker: int, values: Tensor, to: int) -> None:
        """Write the message down; it goes off in the round after the last one that was sent or taken in."""
        copy = check_message(values, to, worker, self.size).detach().clone()
        with self.lock:
            self._stop_if_over()
            ports = self.ports[worker]
            ports.last_out = max(ports.earliest, ports.last_out + 1)
            message = Message(worker, to, copy.numel(), copy.numel() * copy.element_size(), ports.last_out)
            self.under_way[worker, to].append((len(self.messages), copy))
            self.calls[worker].append(Call(True, len(self.messages)))
            self.messages.append(message)
            if len(self.messages) > MOST_MESSAGES:
                raise ScaleLabError(f"More than {MOST_MESSAGES:,} messages were sent; does a loop not end?")
            self.lock.notify_all()

    def receive(self, worker: int, source: int) -> Tensor:
        """Wait for the source's next message."""
        check_partner(source, worker, self.size, "receive from")
        with self.lock:
            line = self.under_way[source, worker]
            self.waits[worker] = source
            self._look_for_a_deadlock()
            while not line:
                self._stop_if_over()
                self.lock.wait()
            del self.waits[worker]
            number, values = line.popleft()
            ports = self.ports[worker]
            ports.last_in = max(self.messages[number].round, ports.last_in + 1)
            ports.earliest = max(ports.earliest, ports.last_in + 1)
            self.calls[worker].append(Call(False, number))
            self._holds(worker, values)
            return values

    def _holds(self, worker: int, values: Tensor) -> None:
        size = values.numel() * values.element_size()
        self.held[worker] += size
        self.peak[worker] = max(self.peak[worker], self.held[worker])
        weakref.finalize(values, self._let_go, worker, size)

    def _let_go(self, worker: int, size: int) -> None:
        self.held[worker] -= size

    def transcript(self) -> Transcript:
        """All that was written down, with the messages in an order that no thread's luck has a part in."""
        order = sorted(range(len(self.messages)), key=lambda number: self._sent_as(self.messages[number]))
        place = {number: new for new, number in enumerate(order)}
        calls = [[Call(call.sends, place[call.message]) for call in of_one] for of_one in self.calls]
        left = sorted(place[number] for line in self.under_way.values() for number, _ in line)
        messages = [self.messages[number] for number in order]
        results = [self.results[worker] for worker in range(self.size)]
        return Transcript(messages, self.size, results, calls, self.peak, [messages[number] for number in left])

    @staticmethod
    def _sent_as(message: Message) -> tuple[int, int]:
        """Nobody sends twice in a round."""
        return message.round, message.sender

    def _look_for_a_deadlock(self) -> None:
        """Whether all that have not ended wait, and for messages that are not under way."""
        waiting = {worker: source for worker, source in self.waits.items() if worker not in self.ended}
        alive = self.size - len(self.ended)
        if alive and len(waiting) == alive and not any(self.under_way[s, w] for w, s in waiting.items()):
            self.stuck = self.stuck or Deadlock(waiting, set(self.ended), self.messages)
            self.lock.notify_all()

    def _stop_if_over(self) -> None:
        if self.stuck or self.errors:
            raise _Over


class _Over(Exception):
    """Another worker has failed, or all are stuck: this one need not go on."""
