"""Stored runs of one worker against several."""

import msgspec
import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import write_stored
from scalelab.experiments.workers import Configuration, WorkerRun, WorkerRuns, read_workers, training_speed
from scalelab.train import Row

ONE, TWO = Configuration(1, 32), Configuration(2, 32)


def row(epoch, seconds, accuracy):
    return Row(
        seconds=seconds, training_seconds=seconds, epoch=epoch, images=1000 * epoch, images_per_second=1, loss=1,
        validation_accuracy=accuracy,
    )  # fmt: skip


def measured(runs):
    terms = {"setting": "a network", "images": 1000, "lr": 0.1, "target": 0.8, "patience": 2}
    return WorkerRuns(machine={"machine": "one"}, configs=[ONE, TWO], runs=runs, **terms)


@pytest.fixture
def two_seeds():
    """One worker needs 10 s an epoch, two need 6; the first epoch takes 5 s more. The last run never arrives."""
    good, bad = [0.7, 0.8, 0.9, 0.9], [0.7, 0.8, 0.7, 0.8]
    return measured([
        WorkerRun(config, seed, [row(epoch, 5 + each * epoch, right) for epoch, right in enumerate(accuracies, 1)])
        for config, each, seed, accuracies in (
            (ONE, 10, 0, good), (TWO, 6, 0, good), (ONE, 10, 1, good), (TWO, 6, 1, bad),
        )
    ])  # fmt: skip


def test_the_first_epoch_is_not_timed(two_seeds):
    np.testing.assert_allclose(two_seeds.throughput(), [[100, 1000 / 6]] * 2)
    assert np.isnan(training_speed([row(1, 5, 0.1)]))
    assert np.isnan(training_speed([]))


def test_efficiency_is_one_where_k_workers_are_k_times_as_fast(two_seeds):
    np.testing.assert_allclose(two_seeds.efficiency(), [[1, 10 / 12]] * 2)


def test_the_target_counts_when_it_is_kept(two_seeds):
    np.testing.assert_allclose(two_seeds.to_target("images"), [[3000, 3000], [3000, np.nan]])
    np.testing.assert_allclose(two_seeds.to_target("training_seconds"), [[35, 23], [35, np.nan]])
    np.testing.assert_allclose(two_seeds.updates(), [[3000 / 32, 3000 / 64], [3000 / 32, np.nan]])


def test_a_seed_counts_that_every_way_has_been_run_with(two_seeds):
    fewer = msgspec.structs.replace(two_seeds, runs=two_seeds.runs[:3])
    assert fewer.seeds() == [0]
    assert fewer.throughput().shape == (1, 2)


def test_what_is_stored_is_read_again(two_seeds, tmp_path):
    write_stored(two_seeds, tmp_path / "runs.json")
    assert read_workers(tmp_path / "runs.json") == two_seeds
    assert (tmp_path / "runs.json").read_text().count("\n") >= 4


@pytest.mark.parametrize("content", [None, "{}"])
def test_what_is_no_record_of_runs_is_said_to_be_none(tmp_path, content):
    if content:
        (tmp_path / "runs.json").write_text(content)
    with pytest.raises(ScaleLabError, match=r"bench/workers\.py"):
        read_workers(tmp_path / "runs.json")
