"""The stored runs of notebook 4.1, and what two numbers foresee of them."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.link import LinkRuns, read_link_runs
from scalelab.experiments.stored import write_stored
from scalelab.parallel.collectives.cost_model import fit_message_cost
from scalelab.places import COURSE

STORED = COURSE / "source" / "lab4_communication" / "measured_link.json"
HELD_BACK = (4_000, 400_000)


def test_what_is_stored_is_read_again(tmp_path):
    runs = LinkRuns({"machine": "one"}, [400, 4000], [[1e-3, 2e-3], [3e-3, 4e-3]])
    write_stored(runs, tmp_path / "runs.json")
    assert read_link_runs(tmp_path / "runs.json") == runs
    assert runs.quiet == pytest.approx({400: 1.5e-3, 4000: 2.5e-3})


def test_a_missing_file_says_what_makes_it(tmp_path):
    with pytest.raises(ScaleLabError, match=r"There is no .*runs\.json; `python bench/link\.py` makes it"):
        read_link_runs(tmp_path / "runs.json")


def test_two_numbers_foresee_the_sizes_that_were_held_back():
    quiet = read_link_runs(STORED).quiet
    used = {size: seconds for size, seconds in quiet.items() if size not in HELD_BACK}
    cost = fit_message_cost(list(used), list(used.values()), workers=2)
    errors = [abs(float(cost.seconds(size, 2)) / quiet[size] - 1) for size in HELD_BACK]
    assert np.median(errors) <= 0.15
