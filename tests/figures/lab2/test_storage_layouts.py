"""The figures of data and input hold what they are said to show."""

from types import SimpleNamespace

import numpy as np
import pytest

from scalelab.analysis.sampling.orders import MIXED, SCHEMES, SORTED
from scalelab.analysis.throughput.rank_timeline import RankSteps
from scalelab.experiments.input_order import BUFFER, DIVISION, InputOrderRun, InputOrderRuns
from scalelab.figures import png
from scalelab.figures.lab2 import partition
from scalelab.figures.lab2 import rank_timeline as input_ranks
from scalelab.figures.lab2 import shuffle_buffer as input_shuffle
from scalelab.figures.lab2 import storage_layouts as reading

LAYOUTS = [SimpleNamespace(name=f"{files} files", count=100, paths=range(files)) for files in (100, 2, 1)]
STALLED = [RankSteps([1.0, 2.5], [1.5], None, 9.0), RankSteps([1.0], [1.5], 1.5, 9.0)]


@pytest.fixture(autouse=True)
def _no_predictions_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def words(axes):
    return [text.get_text() for text in axes.texts]


def holds(axes, points):
    return any(line.get_xydata().shape == np.shape(points) and np.allclose(line.get_xydata(), points)
               for line in axes.lines)  # fmt: skip


def some_runs():
    runs = [
        InputOrderRun(DIVISION, scheme, 0, seed, [0.5, 0.8 - 0.1 * place])
        for place, scheme in enumerate(SCHEMES)
        for seed in (0, 1)
    ]
    for scheme in (SORTED, MIXED):
        runs += [InputOrderRun(BUFFER, scheme, buffer, seed, [0.3, 0.6]) for buffer in (1, 8) for seed in (0, 1)]
    return InputOrderRuns({"machine": "any"}, "some images", 64, 2, 8, 0.1, 4, [1, 8], runs)


def test_every_image_names_the_ranks_that_get_it_and_is_hatched_for_nobody():
    figure = partition.draw_division({"parts": [[[0, 2], [1, 3]]], "draws": [[[0, 0], [0, 2]]]}, count=5)
    assert words(figure.axes[0]) == ["0", "1", "0", "1", ""]
    assert words(figure.axes[1]) == ["001", "", "1", "", ""]
    assert [bool(bar.get_hatch()) for bar in figure.axes[1].patches] == [False, True, False, True, True]


def test_the_share_never_seen_after_one_epoch_is_written_down():
    axes = partition.draw_never_seen([0.5, 1, 2], np.full((3, 3), 0.4), [0.61, 0.37, 0.14], "nothing").axes[0]
    assert "0.370 after one epoch" in words(axes)
    assert holds(axes, [[0.5, 0.61], [1, 0.37], [2, 0.14]])


def test_ways_are_compared_seed_by_seed():
    right = partition.draw_ways(some_runs()).axes[1]
    assert holds(right, [[-10, 0], [-10, 0]])
    assert holds(right, [[-20, 1], [-20, 1]])


def test_a_rank_that_has_run_out_says_so():
    axes = input_ranks.draw_rank_steps({"stalled": STALLED}).axes[0]
    assert [word for word in words(axes) if "waits" in word] == ["waits", "has run out, waits"]
    assert [word for word in words(axes) if word.isdigit()] == ["1", "2", "1"]


def test_the_bars_of_a_rank_add_up_to_its_step():
    seconds = np.array([[0.01, 0.05, 0.03, 0.01], [0.04, 0.05, 0.0, 0.01]])
    axes = input_ranks.draw_rank_stages({"one": seconds}).axes[0]
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches[-2:]]
    assert ends == pytest.approx([100, 100])


def test_layouts_cross_where_their_times_are_equal():
    equal = reading.crossing(LAYOUTS, [1000, 500])
    assert 1 / 1000 + equal == pytest.approx(1 / 500 + equal * 2 / 100)
    speeds = np.array([[[1000, 500, 5000], [300, 480, 4900], [100, 450, 4000]]] * 2, dtype=float)
    axes = reading.draw_latency(LAYOUTS, [0, 0.002, 0.009], speeds).axes[0]
    assert any("shards are faster" in word for word in words(axes))


def test_the_median_of_each_layout_is_written_down():
    speeds = np.array([[[10.0, 200, 3000]], [[30, 200, 3000]], [[20, 200, 3000]]])
    axes = reading.draw_reading(LAYOUTS, ["the disk"], speeds).axes[0]
    assert words(axes) == ["20", "200", "3,000"]


def test_a_stream_in_order_has_one_class_in_a_batch_and_a_shuffled_one_all():
    labels = np.repeat(np.arange(4), 8)
    mixed = np.arange(32).reshape(4, 8).T.ravel()
    figure = input_shuffle.draw_streams({1: range(32), 32: mixed}, labels, batch_size=8)
    assert "1.0 classes in a batch of 8" in figure.axes[0].get_title()
    assert "4.0 classes in a batch of 8" in figure.axes[1].get_title()


def test_buffers_have_a_curve_for_each_way_of_writing():
    axes = input_shuffle.draw_buffers(some_runs(), "nothing").axes[0]
    assert holds(axes, [[1, 0.6], [8, 0.6]])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [f"shards {SORTED}", f"shards {MIXED}"]
    assert png(axes.figure).startswith(b"\x89PNG")
