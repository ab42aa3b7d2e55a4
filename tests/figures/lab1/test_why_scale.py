"""The figures of scale show what they are given, their labels stand apart, and a prediction is drawn or missed."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Annotation

from scalelab.analysis.scaling_laws.compute_growth import ACCELERATORS, growth, power_law, read_systems
from scalelab.figures.lab1.why_scale import draw_days, draw_gap, draw_growth, draw_laws, draw_learning_curve, draw_sizes

TABLE = Path(__file__).parents[3] / "labs/source/lab1_sgd/models_over_time.csv"
SYSTEMS = read_systems(TABLE)
GROWTH = growth([system.year for system in SYSTEMS], [system.flop for system in SYSTEMS])


@pytest.fixture(autouse=True)
def _own_predictions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def _notes(axes):
    return [child for child in axes.get_children() if isinstance(child, Annotation)]


def _assert_apart(figure, axes):
    figure.draw_without_rendering()
    notes = [note for note in _notes(axes) if note.get_text() != "no prediction kept"]
    boxes = [(note.get_text(), note.get_window_extent()) for note in notes]
    assert boxes
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not first.overlaps(second), (one, other)


def test_names_in_the_growth_stand_apart_and_most_are_there():
    figure = draw_growth(SYSTEMS, GROWTH, "months")
    axes = figure.axes[0]
    _assert_apart(figure, axes)
    written = {note.get_text() for note in _notes(axes)}
    assert {"AlexNet", "GPT-3", "Llama 3.1 405B"} <= written
    assert len(written) > 0.7 * len(SYSTEMS)


def test_names_of_accelerators_stand_apart():
    figure = draw_gap(SYSTEMS, ACCELERATORS, 30, 0.4)
    _assert_apart(figure, figure.axes[0])


def test_a_predicted_doubling_time_is_drawn_with_its_slope():
    Path(".predictions.json").write_text(json.dumps({"months": 12.0}))
    axes = draw_growth(SYSTEMS, GROWTH, "months").axes[0]
    line = next(line for line in axes.lines if "your prediction" in line.get_label())
    years, values = line.get_data()
    assert np.log2(values[-1] / values[0]) == pytest.approx(years[-1] - years[0])


def test_without_a_prediction_the_figure_says_so():
    assert "no prediction kept" in {note.get_text() for note in _notes(draw_growth(SYSTEMS, GROWTH, "months").axes[0])}


def test_k_workers_take_a_kth_of_the_days():
    axes = draw_days(1e23, {"one": 1e15}, 0.4, [1, 8, 64]).axes[0]
    days = axes.lines[0].get_ydata()
    assert days[0] == pytest.approx(8 * days[1]) == pytest.approx(64 * days[2])


def test_every_panel_names_its_axes():
    sizes = [125, 500, 2000]
    errors = np.array([[0.3, 0.2, 0.15], [0.31, 0.21, 0.14]])
    curve = draw_learning_curve(sizes, {"small": errors}, power_law([sizes] * 2, errors), "curve")
    for figure in (draw_sizes(SYSTEMS), draw_laws(), curve, draw_gap(SYSTEMS, ACCELERATORS, 30, 0.4)):
        assert all(axes.get_xlabel() for axes in figure.axes)
        assert figure.axes[0].get_ylabel()
