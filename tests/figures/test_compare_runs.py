"""Runs are compared by seconds, images and updates, whatever they have reported."""

import pytest

from scalelab.figures.compare_runs import compare, describe_runs, draw_runs, find_runs
from scalelab.train import RunRecord


@pytest.fixture
def runs(tmp_path):
    """Two runs with a batch size and one without, and a record of nothing."""
    for name, batch_size in (("small", 16), ("deep/large", 64), ("unknown", None)):
        record = RunRecord(tmp_path / name)
        for epoch in (1, 2):
            accuracy = epoch * (0.1 if name == "small" else 0.2)
            record.write(
                images=100 * epoch, epoch=epoch, loss=1.0, validation_accuracy=accuracy, effective_batch_size=batch_size
            )
    RunRecord(tmp_path / "empty")
    return tmp_path


def test_every_run_that_reported_is_found_by_its_folder(runs):
    assert list(find_runs(runs)) == ["deep/large", "small", "unknown"]


def test_each_is_a_line_in_every_panel_that_it_can_be_in(runs):
    seconds, images, updates = draw_runs(find_runs(runs)).axes
    assert [len(axes.lines) for axes in (seconds, images, updates)] == [3, 3, 2]
    assert list(images.lines[0].get_xdata()) == [100, 200]
    assert list(updates.lines[0].get_xdata()) == [100 / 64, 200 / 64]
    assert len({line.get_linestyle() for line in seconds.lines}) == 3


def test_describe_runs_the_best_comes_first(runs):
    assert describe_runs(find_runs(runs)).startswith("deep/large: accuracy 0.400 after 0 s; unknown: accuracy 0.400")


def test_without_runs_it_says_how_to_make_one(tmp_path, capsys):
    compare(tmp_path)
    assert "run a script with --out" in capsys.readouterr().out
