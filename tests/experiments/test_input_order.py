"""Stored runs come back as they were written, and the notebook's own hold what it needs."""

from pathlib import Path

import numpy as np
import pytest

from scalelab.analysis.sampling.orders import DRAWN, KEPT, MIXED, RENEWED, SCHEMES, SORTED
from scalelab.errors import ScaleLabError
from scalelab.experiments.input_order import BUFFER, DIVISION, InputOrderRun, InputOrderRuns, read_input_order
from scalelab.experiments.stored import write_stored

STORED = Path(__file__).parents[2] / "labs" / "source" / "lab2_horovod" / "measured_input_order.json"


def some_runs():
    runs = [
        InputOrderRun(BUFFER, SORTED, buffer, seed, [0.1, 0.1 * buffer + seed]) for seed in (1, 0) for buffer in (1, 4)
    ]
    return InputOrderRuns({"machine": "any"}, "some images", 64, 2, 8, 0.1, 4, [1, 4], runs)


def test_runs_come_back_by_seed_and_buffer(tmp_path):
    write_stored(some_runs(), tmp_path / "runs.json")
    assert np.allclose(read_input_order(tmp_path / "runs.json").final(SORTED), [[0.1, 0.4], [1.1, 1.4]])


def test_what_is_not_stored_is_said(tmp_path):
    with pytest.raises(ScaleLabError, match="No run is stored"):
        some_runs().accuracies(DIVISION, SCHEMES[0])
    with pytest.raises(ScaleLabError, match=r"bench/input_order\.py"):
        read_input_order(tmp_path / "nothing.json")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ScaleLabError, match="holds no stored runs"):
        read_input_order(tmp_path / "other.json")


def test_the_notebooks_runs_are_compared_seed_by_seed():
    """Every way has the same seeds, so that their runs begin with the same weights; and there is a spread."""
    stored = read_input_order(STORED)
    for experiment, keys in (
        (DIVISION, {(scheme, 0) for scheme in SCHEMES}),
        (BUFFER, {(scheme, buffer) for scheme in (SORTED, MIXED) for buffer in stored.buffers}),
    ):
        seeds = {key: {run.seed for run in stored.runs if run.key[:3] == (experiment, *key)} for key in keys}
        assert len({tuple(sorted(found)) for found in seeds.values()}) == 1
        assert len(next(iter(seeds.values()))) >= 5


def test_sorted_shards_teach_nothing_without_a_buffer_and_all_with_a_whole_one():
    stored = read_input_order(STORED)
    by_class, mixed = stored.final(SORTED).mean(axis=0), stored.final(MIXED).mean(axis=0)
    assert by_class[0] < 0.3 < 0.7 < mixed[0]
    assert by_class[-1] == pytest.approx(mixed[-1], abs=0.03)
    assert (np.diff(by_class) > 0).all()


def test_what_the_notebook_says_of_a_kept_shuffle_holds():
    """It stands out: by more than two standard errors, and by more than drawing with replacement does."""
    stored = read_input_order(STORED)
    renewed, kept, drawn = (stored.accuracies(DIVISION, scheme)[:, -1] for scheme in (RENEWED, KEPT, DRAWN))
    cost = renewed - kept
    assert cost.mean() > 2 * cost.std(ddof=1) / np.sqrt(len(cost))
    assert cost.mean() > (renewed - drawn).mean()
    assert np.abs(cost).max() < 0.05
