"""What the judges of a conversion's steps say of runs that went well, and of runs with one thing wrong in them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scalelab.check import Finding
from scalelab.course.conversion import STEPS
from scalelab.course.conversion.checks import CHECKS
from scalelab.course.conversion.isolated import Batch, IsolatedRanks, MeasuredAccuracy, RankTrace, ReportedValues
from scalelab.course.conversion.steps import RECORD, UNDONE_BY, undoes

LOSSES, RIGHT = (2.0, 3.0), (4, 2)  # of a batch of 8, on rank 0 and rank 1
VALIDATION = ((26, 0.5), (25, 0.2))  # images and accuracy, of the ranks' parts


def rank(number, batches=4, epochs=2, labels=None):
    """A rank of two that trains on batches of 8 images, `batches` of them an epoch."""
    told = RankTrace(start_weights="w", start_state="s", end_weights="W", end_state="S")
    told.batches = [
        Batch(8 * LOSSES[number], RIGHT[number], labels or [(number + epoch) % 2] * 8)
        for epoch in range(epochs)
        for _ in range(batches)
    ]
    images, accuracy = VALIDATION[number]
    told.measured = [MeasuredAccuracy(images, accuracy, (epoch + 1) * batches) for epoch in range(epochs)]
    values = {"images": 64, "loss": 2.5, "train_accuracy": 3 / 8, "validation_accuracy": 18 / 51}
    told.reported = [ReportedValues(values | {"effective_batch_size": 16, "epoch": 1}, batches)]
    return told


def run(*ranks, ended="finished", reason="", lines=(["epoch 1", "epoch 2"], []), files=None):
    files = files or [{f"run/{RECORD}", "run/checkpoint.pt"}, set()]
    return IsolatedRanks(ended, reason, list(ranks), [list(one) for one in lines], files)


def gone_on(*ranks, **options):
    """A run for one epoch more, from where `rank` ended."""
    for told in ranks:
        told.start_weights, told.start_state = "W", "S"
    return run(*ranks, **options)


@dataclass
class Known:
    """Two ranks, 64 images, 51 for validation; everything is as it should be."""

    fresh: IsolatedRanks = field(default_factory=lambda: run(rank(0), rank(1)))
    resumed: IsolatedRanks = field(default_factory=lambda: gone_on(rank(0, epochs=1), rank(1, epochs=1)))
    resumed_isolated: IsolatedRanks = field(default_factory=lambda: gone_on(rank(0, epochs=1), rank(1, epochs=1)))
    images: int = 64
    validation: int = 51
    workers: int = 2


def said(step, known):
    return next((sentence for judge in CHECKS[step] if (sentence := judge(known))), None)


def reports(**values):
    """A run whose first report differs in these values."""
    first = rank(0)
    first.reported = [ReportedValues(first.reported[0].values | values, 4)]
    return Known(fresh=run(first, rank(1)))


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_said_of_a_script_that_does_all_of_it(step):
    assert said(step, Known()) is None


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_breaks_off_is_no_step_done(step):
    broken = run(rank(0), RankTrace(), ended="failed", reason="Rank 1 stopped")
    assert "Rank 1 stopped" in said(step, Known(fresh=broken))


@pytest.mark.parametrize("step", STEPS)
def test_ranks_that_make_no_step_are_alike_but_have_done_no_step_of_the_conversion(step):
    idle = rank(1)
    idle.start_weights = idle.end_weights = ""
    assert "Rank 1 makes no optimizer step" in said(step, Known(fresh=run(rank(0), idle)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lines": ([], [])}, "Rank 0 prints nothing"),
        ({"lines": (["the setting"], [])}, "does not print a line after each epoch"),
        ({"lines": (["epoch 1", "epoch 2"], ["epoch 1", "epoch 2"])}, "Rank 1 prints 'epoch 1'"),
        ({"files": [{f"run/{RECORD}"}, {f"run/{RECORD}"}]}, "Rank 1 writes a run record"),
        ({"files": [set(), set()]}, "Rank 0 keeps no run record"),
    ],
)
def test_the_log(options, words):
    assert words in said("log", Known(fresh=run(rank(0), rank(1), **options)))


def test_a_greeting_that_names_its_rank_may_come_from_every_rank():
    lines = ["rank 0 here", "epoch 1", "epoch 2"], ["rank 1 here"]
    assert said("log", Known(fresh=run(rank(0), rank(1), lines=lines))) is None


def test_momentum_that_wrapping_has_lost():
    known = Known()
    known.resumed_isolated.ranks[0].start_state = ""
    assert "wrap the optimizer first" in said("wrap", known)


@pytest.mark.parametrize(
    ("number", "change", "words"),
    [
        (1, {"start_weights": "x"}, "different weights"),
        (1, {"start_state": "x"}, "not its momentum"),
    ],
)
def test_the_broadcast_after_resuming(number, change, words):
    known = Known()
    for name, value in change.items():
        setattr(known.resumed_isolated.ranks[number], name, value)
    assert words in said("broadcast", known)


def test_a_checkpoint_that_nobody_has_loaded():
    known = Known()
    for told in known.resumed_isolated.ranks:
        told.start_weights = "new"
    assert "does not begin with the weights that it saved" in said("broadcast", known)


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ((rank(0), rank(1, batches=3)), "different numbers of steps in an epoch: 4 on rank 0, 3 on rank 1"),
        ((rank(0, batches=8), rank(1, batches=8)), "on 128 images together, and there are 64"),
        ((rank(0, batches=2), rank(1, batches=2)), "is the epoch divided twice?"),
        ((rank(0, labels=[1] * 8), rank(1, labels=[2] * 8)), "the same images in every epoch"),
    ],
)
def test_the_division(ranks, words):
    assert words in said("divide", Known(fresh=run(*ranks)))


def test_ranks_of_their_own_machines_train_on_their_own_images():
    twins = [rank(number) for number in (0, 1)]
    for told in twins:
        told.batches = [Batch(16.0, 4, [epoch, 2, 3, 4, 5, 6, 7, 8]) for epoch in (0, 1) for _ in range(4)]
    assert "hvd.local_rank() is 0" in said("divide", Known(fresh=run(*twins)))


def test_images_drawn_one_by_one_are_no_epoch():
    drawn = rank(0)
    drawn.batches[4:] = [Batch(16.0, 4, [7] * 8)] * 4
    assert "some images come more than once, and others never" in said("divide", Known(fresh=run(drawn, rank(1))))


def test_short_last_batches_may_be_dropped():
    assert said("divide", Known(images=70)) is None
    assert "is the epoch divided twice?" in said("divide", Known(images=90))


def test_an_effective_batch_that_the_ranks_cannot_share_is_told_so():
    assert "17 images cannot be shared equally by 2 ranks" in said("divide", reports(effective_batch_size=17))


def test_a_log_on_the_standard_error_counts_as_printed():
    first, other = rank(0), rank(1)
    first.logged = ["epoch 1", "epoch 2"]
    assert said("log", Known(fresh=run(first, other, lines=([], [])))) is None
    other.logged = ["epoch 1"]
    assert "Rank 1 prints 'epoch 1'" in said("log", Known(fresh=run(first, other, lines=([], []))))


def test_validation_images_that_some_ranks_share():
    shared = [rank(0), rank(1)]
    shared[1].measured = [MeasuredAccuracy(26, 0.5, 4)]
    shared[0].reported = [ReportedValues(shared[0].reported[0].values | {"validation_accuracy": 0.5}, 4)]
    shared[0].measured = [MeasuredAccuracy(26, 0.5, 4)]
    assert "the ranks measure 52 together" in said("average", Known(fresh=run(*shared)))


def test_parts_may_lack_or_repeat_what_does_not_divide():
    for images in (63, 65):
        assert said("divide", Known(images=images)) is None


def test_the_effective_batch_size_is_that_of_all_ranks():
    assert "A step takes 16 images" in said("divide", reports(effective_batch_size=8))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"loss": 2.0}, "loss is 2.00000, but over all ranks it is 2.50000: that is rank 0's own"),
        ({"loss": 5.0}, "that is the sum over the ranks"),
        ({"train_accuracy": 0.5}, "that is rank 0's own"),
        ({"images": 32}, "one rank's own: all ranks together have trained on 64"),
        ({"images": 128}, "counted for every rank again"),
        ({"validation_accuracy": 0.35}, "the mean of the ranks' means"),
        ({"validation_accuracy": 0.5}, "that is rank 0's own"),
        ({"validation_accuracy": 0.9}, "it is something else"),
    ],
)
def test_the_metrics(values, words):
    assert words in said("average", reports(**values))


def test_validation_images_that_nobody_measures():
    assert "Of the 53 validation images the ranks measure 51" in said("average", Known(validation=53))


def test_rank_0_may_measure_all_validation_images_by_itself():
    known = reports(validation_accuracy=0.7)
    known.fresh.ranks[0].measured = [MeasuredAccuracy(51, 0.7, 4)]
    known.fresh.ranks[1].measured = []
    assert said("average", known) is None


def test_a_script_that_is_not_divided_has_nothing_to_average():
    known = Known(fresh=run(rank(0, batches=8), rank(1, batches=8)))
    assert "divide the epoch first" in said("average", known)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Known(fresh=run(rank(0), rank(1), files=[{f"run/{RECORD}"}, set()])), "Rank 0 writes no checkpoint"),
        (
            Known(fresh=run(rank(0), rank(1), files=[{"run/checkpoint.pt"}, {"run/checkpoint.pt"}])),
            "Rank 1 writes run/checkpoint.pt",
        ),
        (
            Known(
                resumed=run(RankTrace(), RankTrace(), ended="failed", reason="Rank 1: FileNotFoundError: no such file.")
            ),
            "Only rank 0 has the checkpoint on its disk",
        ),
        (Known(resumed=gone_on(rank(0, epochs=1), rank(1))), "4 on rank 0, 8 on rank 1"),
        (Known(resumed=gone_on(rank(0), rank(1))), "write the checkpoint after each epoch"),
        (Known(resumed=run(rank(0, epochs=1), rank(1, epochs=1))), "do not begin from its weights"),
    ],
)
def test_the_checkpoint(known, words):
    assert words in said("checkpoint", known)


@pytest.mark.parametrize("lost", [(0, 1), (1,)])
def test_a_checkpoint_of_the_weights_alone(lost):
    known = Known()
    for number in lost:
        known.resumed.ranks[number].start_state = ""
    assert "save the optimizer's state beside the weights" in said("checkpoint", known)


def finding(name, about=""):
    return Finding(id=name, severity="error", message="", hint="", about=about)


def test_a_script_that_does_not_run_as_one_has_no_step_done():
    for name in ("not-initialized", "rank-crashed", "rank-idle", "stalled"):
        assert all(undoes(finding(name), step) for step in STEPS)


def test_advice_on_the_learning_rate_undoes_no_step():
    assert not any(undoes(finding(name), step) for name in ("learning-rate-not-scaled", "no-warmup") for step in STEPS)


@pytest.mark.parametrize(
    ("name", "about", "step"),
    [
        ("every-rank-writes", "metrics.jsonl", "log"),
        ("every-rank-writes", "log", "log"),
        ("every-rank-writes", "checkpoint.pt", "checkpoint"),
        ("parts-out-of-step", "", "wrap"),
        ("parts-out-of-step", "broadcast", "broadcast"),
    ],
)
def test_a_finding_costs_the_step_that_it_is_about(name, about, step):
    assert [one for one in STEPS if undoes(finding(name, about), one)] == [step]


def test_every_error_that_the_check_can_find_undoes_a_step():
    page = (Path(__file__).parents[3] / "docs" / "conversion_check.md").read_text()
    errors = re.findall(r"^\| `([a-z-]+)` \| error", page, re.MULTILINE)
    assert "rank-idle" in errors
    assert [name for name in errors if not any(undoes(finding(name), step) for step in STEPS)] == []


def test_every_step_has_its_findings_and_its_judges():
    assert set(UNDONE_BY) == set(CHECKS) == set(STEPS)
