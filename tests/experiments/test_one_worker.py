"""The stored runs of notebook 2.4."""

import numpy as np
import pytest

from scalelab.analysis.evidence.comparison import compare
from scalelab.analysis.throughput.step_changes import CHANGES
from scalelab.errors import ScaleLabError
from scalelab.experiments.one_worker import OneWorker, read_one_worker
from scalelab.experiments.stored import write_stored
from scalelab.models import build
from scalelab.models.build import count_weights
from scalelab.places import COURSE

STORED = COURSE / "source" / "lab2_horovod" / "measured_one_worker.json"


def test_what_is_stored_is_read_again(tmp_path):
    runs = OneWorker({"machine": "one"}, 64, {"both": [2.0]}, 16, {"both": {1: [2.0], 2: [3.0]}}, 400, 1e-3, 1e9)
    write_stored(runs, tmp_path / "runs.json")
    assert read_one_worker(tmp_path / "runs.json") == runs


def test_a_missing_file_says_what_makes_it(tmp_path):
    with pytest.raises(ScaleLabError, match=r"There is no .*runs\.json; `python bench/one_worker\.py` makes it"):
        read_one_worker(tmp_path / "runs.json")


def test_an_exchange_costs_more_among_more():
    runs = OneWorker({}, 64, {}, 16, {}, 4_000_000, latency=1e-3, bandwidth=1e9)
    two, many = runs.cost.seconds(4_000_000, 2), runs.cost.seconds(4_000_000, 8)
    assert 0 < two < many


def test_the_notebook_s_runs_are_of_its_network_and_carry_its_sentences():
    stored = read_one_worker(STORED)
    assert stored.gradient_bytes == 4 * count_weights(build("small-resnet"))
    assert list(stored.speeds) == list(CHANGES)
    assert min(len(rounds) for rounds in stored.speeds.values()) >= 8
    one_by_one = {name: np.divide(stored.speeds[name], stored.speeds["as it is"]) for name in CHANGES}
    assert np.median(one_by_one["both"]) > max(np.median(one_by_one[name]) for name in list(CHANGES)[1:3]) > 1.2
    efficiency = {name: np.divide(ranks[2], ranks[1]) / 2 for name, ranks in stored.ranks.items()}
    pairs = compare(np.transpose([efficiency["both"], efficiency["as it is"]]))
    assert pairs.means[1] > pairs.means[0]
    assert pairs.differ(0, 1)
    assert np.median(stored.ranks["both"][2]) > np.median(stored.ranks["as it is"][2])
