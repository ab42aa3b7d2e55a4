"""Messages that are written down: rounds, memory, and who waits for whom when nobody sends."""

import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.collectives.transcript import Deadlock, write_down


def ones(size, elements=4):
    return [torch.ones(elements) for _ in range(size)]


def test_a_worker_sends_one_message_a_round_and_takes_one_in():
    def to_all(x, rank, size, send, receive):
        if rank == 0:
            for other in range(1, size):
                send(x, other)
            return x
        return receive(0)

    transcript = write_down(to_all, ones(4))
    assert [(m.receiver, m.round) for m in transcript.messages] == [(1, 0), (2, 1), (3, 2)]

    def from_all(x, rank, size, send, receive):
        if rank:
            send(x, 0)
        elif size > 1:
            for other in range(1, size):
                x += receive(other)
            send(x, 1)
        if rank == 1:
            x = receive(0)
        return x

    last = write_down(from_all, ones(4)).messages[-1]
    assert (last.sender, last.receiver, last.round) == (0, 1, 3)


def test_what_was_received_counts_as_memory_until_it_is_let_go():
    def one_by_one(x, rank, size, send, receive):
        if rank:
            send(x, 0)
            return x
        for other in range(1, size):
            x += receive(other)
        return x

    def all_at_once(x, rank, size, send, receive):
        if rank:
            send(x, 0)
            return x
        others = [receive(other) for other in range(1, size)]
        return sum(others, x)

    assert write_down(one_by_one, ones(5)).peak_bytes[0] == 16
    assert write_down(all_at_once, ones(5)).peak_bytes[0] == 4 * 16


def test_messages_between_two_workers_come_in_their_order_and_are_copies():
    def twice(x, rank, size, send, receive):
        if rank == 0:
            send(x, 1)
            x += 1
            send(x, 1)
            return x
        return torch.cat([receive(0), receive(0)])

    assert write_down(twice, ones(2, 1)).results[1].tolist() == [1, 2]


def test_a_message_that_nobody_took_in_is_told():
    def too_many(x, rank, size, send, receive):
        send(x, 1 - rank)
        return x

    assert [(m.sender, m.receiver) for m in write_down(too_many, ones(2)).left] == [(0, 1), (1, 0)]


def test_who_waits_for_whom():
    def receives_first(x, rank, size, send, receive):
        x += receive((rank - 1) % size)
        send(x, (rank + 1) % size)
        return x

    with pytest.raises(Deadlock, match="worker 0 for worker 2, worker 1 for worker 0, worker 2 for worker 1"):
        write_down(receives_first, ones(3))

    def leaves_early(x, rank, size, send, receive):
        return x if rank == 1 else receive(1)

    with pytest.raises(Deadlock, match="worker 0 for worker 1, which has ended"):
        write_down(leaves_early, ones(2))


@pytest.mark.parametrize(
    ("values", "to", "said"),
    [
        (torch.ones(2), 5, "would send to worker 5; there are workers 0 to 1"),
        (torch.ones(2), None, "would send to worker None"),
        (torch.ones(2), 0, "would send to itself"),
        ([1.0], 1, "sends list to worker 1; send a tensor"),
        (torch.ones(2, 2), 1, r"shape \(2, 2\)"),
    ],
)
def test_what_cannot_be_sent_is_refused(values, to, said):
    def wrong(x, rank, size, send, receive):
        if rank == 0:
            send(values, to)
        return x if rank == 0 else receive(0)

    with pytest.raises(ScaleLabError, match=said):
        write_down(wrong, ones(2))


def test_an_error_of_the_collective_itself_comes_out_as_it_was():
    def divides(x, rank, size, send, receive):
        if rank == 1:
            raise ZeroDivisionError("mine")
        return receive(1)

    with pytest.raises(ZeroDivisionError, match="mine"):
        write_down(divides, ones(3))


def test_a_loop_that_never_ends_is_ended_by_its_messages(monkeypatch):
    monkeypatch.setattr("scalelab.parallel.collectives.transcript.MOST_MESSAGES", 100)

    def floods(x, rank, size, send, receive):
        while True:
            send(x, 1 - rank)

    with pytest.raises(ScaleLabError, match="More than 100 messages"):
        write_down(floods, ones(2))


def test_the_same_collective_gives_the_same_transcript():
    from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce

    first, again = (write_down(halving_doubling_all_reduce, ones(7, 100)) for _ in range(2))
    assert (first.messages, first.calls) == (again.messages, again.calls)
