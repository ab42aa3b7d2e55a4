"""An all-reduce of a learner's, judged by what it sends: the right ones pass, and each slip has its sentence."""

import textwrap

import pytest
import torch

from scalelab.course.communication import expect_all_reduce
from scalelab.course.communication.case_run import Case, CaseRun
from scalelab.course.communication.isolated import run
from scalelab.course.communication.judge import find_fault
from scalelab.course.exercises.expect import NotYet
from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.recursive_doubling import recursive_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.algorithms.server import server_all_reduce, sharded_server_all_reduce
from scalelab.parallel.collectives.algorithms.tree import tree_all_reduce
from scalelab.parallel.collectives.protocol import cut

CASES = [Case(size, elements) for size in (2, 3, 4, 8) for elements in (40, 13, 1)]
POWERS = [case for case in CASES if case.size != 3]

RING = """
import torch

def all_reduce(x, rank, size, send, receive):
    pieces = list(torch.tensor_split(x, size))
    for t in range(size - 1):
        send(pieces[(rank - t) % size], (rank + 1) % size)
        pieces[(rank - t - 1) % size] += receive((rank - 1) % size)
    for t in range(size - 1):
        send(pieces[(rank - t + 1) % size], (rank + 1) % size)
        pieces[(rank - t) % size].copy_(receive((rank - 1) % size))
    return x
"""


def judged(collective, wanted="a ring", cases=CASES):
    """The first fault, found within this process."""
    return find_fault([CaseRun(run(collective, case)) for case in cases], wanted)


def function(code):
    names = {}
    exec(textwrap.dedent(code), names)
    return names["all_reduce"]


def slip(old, new):
    """The ring with one thing in it changed."""
    assert old in RING
    return function(RING.replace(old, new))


def test_the_forms_that_are_asked_for_pass():
    assert judged(ring_all_reduce) is None
    assert judged(function(RING)) is None
    assert judged(halving_doubling_all_reduce, "halving and doubling", POWERS) is None


def backwards(x, rank, size, send, receive):
    """The ring the other way around."""
    return ring_all_reduce(
        x, size - 1 - rank, size, lambda v, to: send(v, size - 1 - to), lambda s: receive(size - 1 - s)
    )


def test_a_ring_may_go_the_other_way_around():
    assert judged(backwards) is None


def whole_ring(x, rank, size, send, receive):
    moving = x.clone()
    for _ in range(size - 1):
        send(moving, (rank + 1) % size)
        moving = receive((rank - 1) % size)
        x += moving
    return x


def passed_around(x, rank, size, send, receive):
    if rank:
        x += receive(rank - 1)
    if rank < size - 1:
        send(x, rank + 1)
        x = receive(rank - 1 if rank else size - 1)
        if rank < size - 2:
            send(x, rank + 1)
    else:
        send(x, 0)
    return x


def to_all(x, rank, size, send, receive):
    others = [other for other in range(size) if other != rank]
    for other in others:
        send(x, other)
    return x + sum(receive(other) for other in others)


def line(x, rank, size, send, receive):
    if rank:
        x += receive(rank - 1)
    if rank < size - 1:
        send(x, rank + 1)
        x = receive(rank + 1)
    if rank:
        send(x, rank - 1)
    return x


@pytest.mark.parametrize(
    ("collective", "said"),
    [
        (whole_ring, "This is a ring that sends whole vectors"),
        (passed_around, "This is one vector that is passed around"),
        (line, "This is a line, up and down"),
        (server_all_reduce, "This is a server"),
        (sharded_server_all_reduce, "This is a sharded server"),
        (to_all, "This is everybody sending everything to everybody"),
        (tree_all_reduce, "This is a tree: its root carries log2 N times a vector"),
        (recursive_doubling_all_reduce, "This is recursive doubling"),
        (halving_doubling_all_reduce, "This is halving and doubling"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_another_form_is_named(collective, said):
    fault = judged(collective)
    assert said in fault
    assert "With 8 workers and vectors of 40 elements: the sums are right." in fault
    assert "a ring needs 1.75 in 14 rounds, and 112 messages" in fault


def test_a_ring_is_no_halving_and_doubling():
    fault = judged(ring_all_reduce, "halving and doubling", POWERS)
    assert "This is a ring. Its busiest worker carries 1.75 vectors in 14 rounds" in fault
    assert "halving and doubling needs 1.75 in 6 rounds, and 48 messages" in fault


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("return x", "pass", "worker 0 returns nothing; end with `return x`"),
        ("return x", "return list(x)", "worker 0 returns a list, not the sum"),
        ("return x", "return pieces[0]", "worker 0 returns a tensor of shape (10,)"),
        ("return x", "return x / size", "each ends with the mean, not the sum"),
        ("] += receive", "] + receive", "no worker has the sum of any piece"),
        (".copy_(receive", ".add_(receive", "in the second half, what comes is complete and takes the place"),
        ("t + 1) % size], (rank + 1)", "t) % size], (rank + 1)", "the second must hand the pieces around"),
        ("range(size - 1)", "range(size)", "a ring that goes on for too long"),
        ("range(size - 1)", "range(size - 2)", "each has to pass all N workers"),
        ("torch.tensor_split(x, size)", "x[:x.numel() // size * size].split(max(1, x.numel() // size))", "left out"),
        ("receive((rank - 1) % size)\n    for", "receive((rank + 1) % size)\n    for", "wait"),
        ("(rank + 1) % size)\n        pieces[(rank - t - 1)", "rank + 1)\n        pieces[(rank - t - 1)",
         "worker 1 would send to worker 2; there are workers 0 to 1"),
        ("send(pieces[(rank - t) % size]", "send(t", "worker 0 sends int to worker 1; send a tensor"),
        ("    return x", "    send(x, (rank + 1) % size)\n    return x", "never received a message"),
    ],
)  # fmt: skip
def test_a_slip_in_the_ring_has_its_sentence(old, new, said):
    assert said in judged(slip(old, new))


def test_half_of_the_ring_is_told_what_is_missing():
    half = RING[: RING.index("    for t in range(size - 1):\n        send(pieces[(rank - t + 1)")] + "    return x\n"
    assert "the first half is done" in judged(function(half))


def test_to_receive_first_waits_for_ever():
    first = """
    def all_reduce(x, rank, size, send, receive):
        x += receive((rank - 1) % size)
        send(x, (rank + 1) % size)
        return x
    """
    assert "a worker has to send before it receives" in judged(function(first))


def test_one_that_holds_all_vectors_at_a_time_is_told():
    hoards = RING.replace("    for t", "    held = []\n    for t", 1)
    for taken in ("+= receive((rank - 1) % size)", ".copy_(receive((rank - 1) % size))"):
        kept = taken.replace("receive((rank - 1) % size)", "held.append(receive((rank - 1) % size)) or held[-1]")
        hoards = hoards.replace(taken, kept)
    assert "holds 1.8 vectors of others at a time" in judged(function(hoards))


def in_half_precision(x, rank, size, send, receive):
    return ring_all_reduce(x, rank, size, lambda v, to: send(v.half(), to), lambda source: receive(source).to(x.dtype))


def without_messages(x, rank, size, send, receive):
    return torch.from_numpy(Case(size, len(x)).vectors().sum(axis=0))


def in_turns(x, rank, size, send, receive):
    """A ring in which worker 1 receives first: two rounds for each."""
    pieces, after, before = cut(x, size), (rank + 1) % size, (rank - 1) % size
    for half in (0, 1):
        for turn in range(size - 1):
            came = receive(before) if rank == 1 else None
            send(pieces[(rank - turn + half) % size], after)
            came = receive(before) if came is None else came
            piece = pieces[(rank - turn - 1 + half) % size]
            piece.copy_(came) if half else piece.add_(came)
    return x


@pytest.mark.parametrize(
    ("collective", "said"),
    [
        (in_half_precision, "sends numbers of 2 bytes where the vectors have 8"),
        (without_messages, "nothing was sent"),
        (in_turns, "this is a ring, but in"),
    ],
)
def test_what_gives_right_sums_by_other_means_is_told(collective, said):
    assert said in judged(collective)


@pytest.mark.slow
def test_it_runs_in_a_process_of_its_own_where_a_loop_without_end_is_ended(monkeypatch):
    monkeypatch.setattr("scalelab.course.communication.isolated.COMPUTING_SECONDS", 5)
    expect_all_reduce(function(RING), "a ring", workers=(2, 5), elements=(7,))
    with pytest.raises(NotYet, match="Expected a function, got int"):
        expect_all_reduce(3, "a ring", workers=(2,), elements=(7,))

    def not_begun(x, rank, size, send, receive):
        raise NotImplementedError("Put your answer here.")

    with pytest.raises(NotImplementedError, match="Put your answer here."):
        expect_all_reduce(not_begun, "a ring", workers=(2,), elements=(7,))

    def elsewhere():
        raise ImportError("No module named mine")

    class Lost:
        def __reduce__(self):
            return elsewhere, ()

        def __call__(self, *_):
            raise AssertionError

    with pytest.raises(NotYet, match=r"did not find your function \(ImportError: No module named mine.*define it in"):
        expect_all_reduce(Lost(), "a ring", workers=(2,), elements=(7,))

    def leaves(x, rank, size, send, receive):
        import os

        os._exit(0)

    with pytest.raises(NotYet, match="its process ended before your function did"):
        expect_all_reduce(leaves, "a ring", workers=(2,), elements=(7,))
