"""Learning per second is learning per image times images per second, and the target is reached when it is kept."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.errors import ScaleLabError
from scalelab.experiments.batch_size import (
    LENGTHS,
    TO_TARGET,
    TUNING,
    BatchSizeRun,
    BatchSizeRuns,
    best_rate,
    factors,
    read_batch_size,
)
from scalelab.experiments.stored import write_stored
from scalelab.train import Row
from scalelab.train.time_to_accuracy import reached


def rows(accuracies, images_each=100, speed=50.0):
    return [
        Row(
            seconds=epoch * images_each / speed * 1.5, training_seconds=epoch * images_each / speed, epoch=epoch,
            images=epoch * images_each, images_per_second=speed, loss=1.0, validation_accuracy=accuracy,
        )
        for epoch, accuracy in enumerate(accuracies, start=1)
    ]  # fmt: skip


def measured(runs, batch_sizes=(16, 64), speeds=((50.0, 200.0),)):
    return BatchSizeRuns(
        machine={"machine": "made up"}, setting="made up", model_name="resnet-8", images=100, shrink=2,
        batch_sizes=list(batch_sizes), lrs=[0.1], target=0.8, patience=2, small=16, large=64, epochs=2,
        speeds=[list(one) for one in speeds], runs=runs,
    )  # fmt: skip


@given(st.lists(st.sampled_from([0.5, 0.8, 0.9]), max_size=12), st.integers(1, 4))
def test_the_target_is_reached_where_a_window_first_lies_above_it(accuracies, patience):
    windows = [end for end in range(patience, len(accuracies) + 1) if min(accuracies[end - patience : end]) >= 0.8]
    row = reached(rows(accuracies), 0.8, patience)
    assert (row and row.epoch) == (windows[0] if windows else None)


@given(st.lists(st.integers(2, 10), min_size=4, max_size=4), st.floats(1, 1e4), st.floats(1, 1e4))
def test_where_steps_take_what_they_took_alone_the_product_is_what_is_measured(lengths, slow, fast):
    runs = [
        BatchSizeRun(TO_TARGET, size, 0.1, seed, rows([0.1] * (length - 2) + [0.9, 0.9], speed=speed))
        for (size, speed, seed), length in zip(
            [(16, slow, 0), (16, slow, 1), (64, fast, 0), (64, fast, 1)], lengths, strict=True
        )
    ]
    found = factors(measured(runs, speeds=[[slow, fast]]))
    np.testing.assert_allclose(found.product, found.learning_per_second, rtol=1e-9)


def test_a_run_that_did_not_get_there_is_missing_not_zero():
    kept, lost = rows([0.9, 0.9]), rows([0.9, 0.1])
    runs = [BatchSizeRun(TO_TARGET, 16, 0.1, 0, kept), BatchSizeRun(TO_TARGET, 16, 0.1, 1, lost)]
    images = measured([*runs, BatchSizeRun(TO_TARGET, 64, 0.1, 0, rows([0.9, 0.9]))]).to_target("images")
    passed = 100 * 0.8 / 0.9  # of the first epoch's images, which bring 0.9
    np.testing.assert_allclose(images, [[passed, passed], [np.nan, np.nan]])


def test_equal_lengths_are_looked_up_in_updates():
    runs = [BatchSizeRun(LENGTHS, 50, 0.1, seed, rows([0.1 * seed, 0.2, 0.3, 0.4])) for seed in (1, 0)]
    np.testing.assert_allclose(measured(runs).after(50, 2, "validation_accuracy"), [0.0, 0.1])
    np.testing.assert_allclose(measured(runs).after(50, 7, "validation_accuracy"), [0.3, 0.3])


def test_the_best_rate_needs_the_fewest_images_then_is_the_smaller():
    def run(lr, accuracies, seed=0):
        return BatchSizeRun(TUNING, 16, lr, seed, rows(accuracies))

    slow, fast, never = run(0.1, [0.1, 0.9, 0.9]), run(0.3, [0.9, 0.9]), run(0.01, [0.9, 0.1, 0.2])
    assert best_rate([slow, fast, never], 0.8, 2) == 0.3
    assert best_rate([fast, run(0.2, [0.9, 0.9])], 0.8, 2) == 0.2
    assert best_rate([slow, fast, run(0.1, [0.9, 0.9], 1), run(0.3, [0.1] * 5, 1)], 0.8, 2) == 0.1


def test_without_any_run_there_is_no_best_rate():
    with pytest.raises(ScaleLabError, match="run bench"):
        best_rate([], 0.8, 2)


def test_what_is_stored_is_read(tmp_path):
    stored = measured([BatchSizeRun(TO_TARGET, 16, 0.1, seed, rows([0.9, 0.9])) for seed in range(3)])
    for one in (stored, msgspec.structs.replace(stored, runs=[])):
        write_stored(one, tmp_path / "runs.json")
        assert read_batch_size(tmp_path / "runs.json") == one


@pytest.mark.parametrize("text", [None, "", "[]", '{"runs": 3}'])
def test_a_file_that_holds_no_runs_says_what_makes_one(tmp_path, text):
    if text is not None:
        (tmp_path / "runs.json").write_text(text)
    with pytest.raises(ScaleLabError, match=r"bench/batch_size\.py"):
        read_batch_size(tmp_path / "runs.json")
