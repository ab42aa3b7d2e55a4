"""The runs of one worker and of two begin with nothing, and go on with what is stored."""

import msgspec
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import write_stored


@pytest.fixture
def begin(load_bench):
    return load_bench("workers").begin


def test_runs_begin_with_none_and_go_on_with_those_stored(begin, tmp_path):
    out = tmp_path / "runs.json"
    new = begin(out, images=64, lr=0.1, target=0.8)
    assert new.runs == []
    stored = msgspec.structs.replace(new, machine={"machine": "another"})
    write_stored(stored, out)
    assert begin(out, images=64, lr=0.1, target=0.8) == stored


def test_runs_of_another_setting_are_not_mixed(begin, tmp_path):
    write_stored(begin(tmp_path / "runs.json", images=64, lr=0.1, target=0.8), tmp_path / "runs.json")
    with pytest.raises(ScaleLabError, match="holds runs of another setting"):
        begin(tmp_path / "runs.json", images=64, lr=0.2, target=0.8)
