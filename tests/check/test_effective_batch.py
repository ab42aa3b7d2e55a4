"""The images of all ranks in a typical optimizer step, counted from what the ranks told of their batches."""

import pytest
from check.matrix import Cell

from scalelab.check.events import Alive, Batch
from scalelab.check.findings.effective_batch import effective_batch_size
from scalelab.check.rank_events import RankEvents

PLAIN = [[8], [8], [8]]


def rank(number, steps, unfinished=()):
    """A rank whose steps each took backward passes over so many images, and that was ended within one more."""
    events = []
    for step, passes in enumerate([*steps, unfinished]):
        for nth, size in enumerate(passes):
            rows = [1000 * (10 * number + step) + 100 * nth + image for image in range(size)]
            events.append(Batch(step, rows))
    return RankEvents(number, [*events, Alive(len(steps), None, None)])


def batch(steps, found=(), **more):
    return effective_batch_size([rank(number, steps, **more) for number in (0, 1)], set(found))


@pytest.mark.parametrize(
    ("style", "images"),
    [
        ("plain", 2 * 16),
        ("accumulate", 2 * 2 * 8),  # backward_passes_per_step
        ("by_hand", 2 * 12),
        ("two_networks", 2 * 20),
        ("sampler", 2 * 16),
    ],
)
def test_what_real_ranks_told_gives_the_batch_of_their_script(style, images):
    assert Cell(style, "").check.report().effective_batch_size == images


def test_ranks_that_share_nothing_have_a_batch_of_their_own():
    assert Cell("plain", "wrap").check.report().effective_batch_size == 16
    assert Cell("plain", "part").check.report().effective_batch_size == 16


def test_all_backward_passes_of_a_step_count():
    assert batch([[8, 8, 8, 8]] * 3) == 64


def test_the_short_last_step_of_an_epoch_is_not_the_typical_one():
    assert batch([[8], [8], [3], [8], [8], [3]]) == 16
    assert batch([[8], [3]]) == 16


def test_a_step_that_the_end_of_the_check_cut_short_does_not_count():
    assert batch([[8, 8]], unfinished=[8]) == 32
    assert batch([], unfinished=[8]) is None


def test_the_same_batch_passed_twice_in_a_step_counts_once():
    twice = [Batch(0, [1, 2, 3]), Batch(0, [1, 2, 3]), Alive(1, None, None)]
    assert effective_batch_size([RankEvents(0, twice)], set()) == 3


def test_a_rank_without_images_adds_none():
    idle = RankEvents(1, [Alive(3, None, None)])
    assert effective_batch_size([rank(0, PLAIN), idle], {"rank-idle"}) == 8
    assert effective_batch_size([idle], set()) is None


@pytest.mark.parametrize("found", ["not-initialized", "optimizer-not-wrapped", "same-data-on-every-rank"])
def test_a_finding_by_which_the_ranks_work_alone_leaves_one_ranks_batch(found):
    assert batch(PLAIN, [found]) == 8
    assert batch(PLAIN, ["no-warmup"]) == 16
