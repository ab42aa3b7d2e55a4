"""Which examples the ranks see, judged from events alone: every way of dividing the data must stay unreproached."""

import random

import msgspec
import numpy as np
import pytest

from scalelab.check.events import Batch, Evaluated, Mark
from scalelab.check.findings.data import drawn_at, find, repeats_order, same_batches, same_epoch
from scalelab.check.findings.numbering import epochs, same_numbering
from scalelab.check.findings.parts import on_two_ranks
from scalelab.check.rank_events import RankEvents

COUNT, BATCH = 96, 8


def part(order, *, rows=True, indices=True, own_numbers=False, seed=0):
    """Batches over `order`, a list of epochs; without `rows`, the images are augmented and never come twice."""
    fresh = random.Random(seed)
    told = []
    for epoch in order:
        for start in range(0, len(epoch), BATCH):
            batch = epoch[start : start + BATCH]
            told.append(
                Batch(
                    len(told),
                    rows=[1000 + i if rows else fresh.getrandbits(60) for i in batch],
                    indices=[epoch.index(i) if own_numbers else i for i in batch] if indices else [],
                    labels=[(i * 7 + i // 10) % 10 for i in batch],
                )
            )
    return told


def shuffled(seed, count=COUNT):
    return random.Random(seed).sample(range(count), count)


def test_parts_of_one_shuffle_are_neither_the_same_nor_whole():
    mine, theirs = (part([shuffled(0)[rank::2], shuffled(1)[rank::2]]) for rank in (0, 1))
    assert not same_batches(mine, theirs)
    assert not same_epoch(mine, theirs)
    assert not repeats_order(mine)


@pytest.mark.parametrize("rows", [True, False], ids=["plain", "augmented"])
def test_the_same_batches_are_seen_through_augmentation(rows):
    mine, theirs = (part([shuffled(0), shuffled(1)], rows=rows, seed=rank) for rank in (0, 1))
    assert same_batches(mine, theirs)


@pytest.mark.parametrize("rows", [True, False], ids=["plain", "augmented"])
def test_whole_epochs_in_different_orders_are_not_divided(rows):
    mine, theirs = (part([shuffled(10 + rank), shuffled(20 + rank)], rows=rows, seed=rank) for rank in (0, 1))
    assert not same_batches(mine, theirs)
    assert same_epoch(mine, theirs)


def test_indices_into_a_rank_s_own_part_are_not_taken_for_the_same_images():
    orders = [shuffled(0)[rank::2] for rank in (0, 1)]
    mine, theirs = (part([order, order[::-1]], rows=False, own_numbers=True, seed=k) for k, order in enumerate(orders))
    assert not same_batches(mine, theirs)
    assert not same_numbering(mine, theirs)
    assert not same_epoch(mine, theirs)


def blocks_with_labels_in_turn(rank, epochs=2):
    """Contiguous blocks of plain images whose labels are 0 to 9 over and over; each rank counts its own from 0."""
    count = COUNT // 2
    orders = [shuffled(epoch, count) for epoch in range(epochs)]
    return [
        Batch(0, [1000 + rank * count + i for i in batch], batch, [i % 10 for i in batch])
        for order in orders
        for batch in (order[start : start + BATCH] for start in range(0, count, BATCH))
    ]


def test_equal_labels_and_numbers_of_images_that_are_plainly_others_are_no_fault():
    mine, theirs = blocks_with_labels_in_turn(0), blocks_with_labels_in_turn(1)
    assert not same_batches(mine, theirs)
    assert not same_numbering(mine, theirs)
    assert not same_epoch(mine, theirs)
    assert same_batches(mine, blocks_with_labels_in_turn(0))


@pytest.mark.parametrize("variants", [2, 3, 4, 8, 100])
@pytest.mark.parametrize("seed", range(20))
def test_the_same_batches_are_seen_however_few_variants_the_augmentation_has(variants, seed):
    orders = [shuffled(epoch) for epoch in range(3)]

    def augmented(rank):
        drawn = random.Random(2 * seed + rank)
        return [
            msgspec.structs.replace(batch, rows=[1000 * row + drawn.randrange(variants) for row in batch.rows])
            for batch in part(orders)
        ]

    assert same_batches(augmented(0), augmented(1))


def test_noise_that_is_the_same_for_other_examples_is_no_data():
    """A GAN: real images are divided, but what the generator makes of equal random numbers is alike."""
    parts = [[Batch(step, rows=[100 * step, 100 * step + 1], indices=[4 * step + rank, 4 * step + 2 + rank])
              for step in range(5)] for rank in (0, 1)]  # fmt: skip
    ranks = [RankEvents(rank, part) for rank, part in enumerate(parts)]
    assert [(one.id, one.severity) for one in find(ranks)] == [("same-noise-on-every-rank", "warning")]


def test_the_few_states_of_a_game_are_alike_on_all_ranks_and_say_nothing():
    ranks = [RankEvents(rank, [Batch(step, rows=[0, 0, 1, 0]) for step in range(20)]) for rank in (0, 1)]
    assert [*find(ranks)] == []


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("own", "found"), [(True, ["parts-overlap"]), (False, [])])
def test_parts_of_a_generator_overlap_where_each_rank_shuffles_for_itself(own, found, seed):
    """Nothing marks an epoch; what comes before an example's second coming does not overlap where parts are cut."""
    ranks = []
    for rank in (0, 1):
        batches = []
        for epoch in range(3):
            order = np.random.default_rng([seed, epoch, rank if own else 0]).permutation(400)[rank::2]
            batches += [Batch(5 * epoch + step, rows=order[40 * step :][:40].tolist()) for step in range(5)]
        ranks.append(RankEvents(rank, batches))
    assert [finding.id for finding in find(ranks)] == found


def drawn(seed, epochs=3, size=2, own=False, rows=lambda index: 0, marks=True, first=0):
    """Ranks that cut 400 numbers by rank and draw 40 of them a step; `own`: each has a shuffle of its own."""
    ranks = []
    for rank in range(size):
        events = []
        for epoch in range(epochs):
            events += [Mark(5 * epoch, "train.py, line 3", "permutation")] * marks
            order = np.random.default_rng([seed, epoch, rank * own]).permutation(400)[rank::size]
            for step in range(5):
                indices = order[40 * step :][:40].tolist()
                made = [rows(index) for index in indices]
                events.append(Batch(first + 5 * epoch + step, rows=made, indices=indices))
        ranks.append(RankEvents(rank, events))
    return ranks


@pytest.mark.parametrize(("own", "found"), [(True, ["parts-overlap"]), (False, [])])
def test_parts_overlap_by_their_numbers_where_no_example_ever_comes_twice(own, found):
    """Augmented: the values are new each time. Half of the numbers on each rank: they are those of all the data."""
    new = iter(range(10**6))
    assert [one.id for one in find(drawn(0, own=own, rows=lambda index: next(new)))] == found


@pytest.mark.parametrize(("own", "found"), [(True, ["parts-overlap"]), (False, [])])
def test_and_where_examples_look_alike_but_a_number_has_the_same_values_on_all_ranks(own, found):
    """The users of a recommender: sixty of them among hundreds of ratings."""
    assert [one.id for one in find(drawn(0, own=own, rows=lambda index: index % 60, marks=False))] == found


def test_drawing_with_replacement_is_no_undivided_epoch():
    draws = random.Random(0)
    mine, theirs = (part([[draws.randrange(COUNT) for _ in range(COUNT)] for _ in range(3)]) for _ in (0, 1))
    assert not same_epoch(mine, theirs)
    assert not same_batches(mine, theirs)
    assert not repeats_order(mine)


def test_a_shuffle_that_is_not_renewed_is_seen_but_a_fixed_order_is_none():
    assert repeats_order(part([shuffled(0)[::2]] * 2))
    assert not repeats_order(part([list(range(COUNT))] * 2))
    assert not repeats_order(part([shuffled(0)[::2]] * 2, indices=False))


def test_one_batch_over_and_over_is_neither_an_epoch_nor_an_order():
    """As in a benchmark of synthetic data."""
    mine, theirs = part([list(range(8))] * 10), part([list(range(8, 16))] * 10)
    assert not same_batches(mine, theirs)
    assert not same_epoch(mine, theirs)
    assert not repeats_order(mine)


def test_an_epoch_ends_where_its_images_come_again():
    assert [len(epoch) for epoch in epochs(part([shuffled(0), shuffled(1), shuffled(2)]), "rows")] == [12, 12, 12]


def told(orders):
    """What a rank tells that shuffles the validation images, then in each epoch trains, and evaluates by a loader."""
    events = [Mark(0, "train.py, line 3", "randperm")]
    for epoch, order in enumerate(orders):
        batches = part([order])
        events += [Mark(epoch * len(batches), "train.py, line 20", "randperm"), *batches]
        events += [Mark((epoch + 1) * len(batches), "train.py, line 40", "__iter__")]
        events += [Evaluated((epoch + 1) * len(batches), "train.py, line 41", [1, 2])]
    return events


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ([shuffled(0), shuffled(1)], [shuffled(0), shuffled(1)], "same-data-on-every-rank"),
        ([shuffled(0), shuffled(1)], [shuffled(2), shuffled(3)], "epoch-not-divided"),
        ([shuffled(0)[::2]] * 2, [shuffled(0)[1::2]] * 2, "same-order-every-epoch"),
    ],
)
def test_what_is_wrong_with_an_epoch_is_told_at_the_line_that_begins_it(mine, theirs, found):
    ranks = [RankEvents(number, told(orders)) for number, orders in enumerate((mine, theirs))]
    assert [(finding.id, finding.where) for finding in find(ranks)] == [(found, "train.py, line 20")]


def test_without_a_shuffle_an_epoch_begins_where_its_loader_does():
    events = [Mark(0, "train.py, line 30", "__iter__"), *part([list(range(COUNT))])]
    assert drawn_at(RankEvents(0, events)) == "train.py, line 30"
    assert drawn_at(RankEvents(0, events[1:])) is None


def divided(orders, own_numbers=False, rows=True, seed=0):
    """A rank's events: a shuffle before each epoch, then its batches."""
    events, step = [], 0
    for batches in (part([order], rows=rows, own_numbers=own_numbers, seed=seed) for order in orders):
        events.append(Mark(step, "train.py, line 20", "randperm"))
        for batch in batches:
            events.append(msgspec.structs.replace(batch, step=step))
            step += 1
    return events


def ranks_of(*orders, **options):
    return [RankEvents(rank, divided(order, seed=rank, **options)) for rank, order in enumerate(orders)]


@pytest.mark.parametrize("rows", [True, False], ids=["plain", "augmented"])
@pytest.mark.parametrize("workers", [2, 3, 8])
def test_parts_cut_from_different_shuffles_overlap(workers, rows):
    orders = [[shuffled(100 * epoch + rank)[rank::workers] for epoch in (0, 1)] for rank in range(workers)]
    if workers == 2 or rows:  # of small parts too few numbers are common to show that they mean the same images
        assert on_two_ranks(ranks_of(*orders, rows=rows)) > 0.15


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_parts_of_one_shuffle_do_not(workers):
    orders = [[shuffled(epoch)[rank::workers] for epoch in (0, 1)] for rank in range(workers)]
    assert on_two_ranks(ranks_of(*orders)) == 0


def test_padding_is_no_overlap():
    padded = [[[*shuffled(epoch)[rank::2], shuffled(epoch)[0]] for epoch in (0, 1)] for rank in (0, 1)]
    assert on_two_ranks(ranks_of(*padded)) == 0


def test_drawing_with_replacement_is_no_overlap_of_parts():
    draws = random.Random(0)
    orders = [[[draws.randrange(COUNT) for _ in range(COUNT // 2)] for _ in (0, 1)] for _ in (0, 1)]
    assert on_two_ranks(ranks_of(*orders)) == 0


def test_numbers_within_a_rank_s_own_part_are_no_overlap():
    orders = [[shuffled(epoch, COUNT // 2) for epoch in (0, 1)] for _ in (0, 1)]
    first, other = ranks_of(*orders)
    moved = [msgspec.structs.replace(one, rows=[row + 5000 for row in one.rows], labels=[9 - y for y in one.labels])
             if isinstance(one, Batch) else one for one in other.events]  # fmt: skip
    assert on_two_ranks([first, RankEvents(1, moved)]) == 0
