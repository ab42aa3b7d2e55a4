"""A prediction is kept beside the notebook and drawn into the figure that follows."""

import json

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from scalelab.figures import new_figure
from scalelab.figures.encoding import PREDICTION
from scalelab.figures.prediction import PREDICTIONS_FILE, draw_prediction
from scalelab.widgets import predict
from scalelab.widgets.sliders import Live


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The widgets that were displayed, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    shown = []
    monkeypatch.setattr(predict, "display", shown.append)
    return shown


def parts(box, kind):
    """All widgets of a kind below a box, in order."""
    found = [box] if isinstance(box, kind) else []
    for child in getattr(box, "children", ()):
        found += parts(child, kind)
    return found


def press(box, label: str) -> str:
    """Press a button, and give what is said beside it."""
    next(button for button in parts(box, widgets.Button) if button.description.startswith(label)).click()
    return parts(box, widgets.HTML)[-1].value


@pytest.mark.parametrize(("low", "high", "value"), [(0.0, 2.0, 0.5), (0.001, 10.0, 0.1)])
def test_a_number_is_kept_and_drawn_as_a_dashed_grey_line(asked, low, high, value):
    predict.number("largest-step", "How long?", low, high)
    parts(asked[0], (widgets.FloatSlider, widgets.FloatLogSlider))[0].value = value
    assert "Kept" in press(asked[0], "Keep")
    assert predict.kept("largest-step") == pytest.approx(value)

    _, axes = new_figure()
    draw_prediction(axes, "largest-step")
    line = axes.lines[0]
    assert line.get_xdata()[0] == pytest.approx(value)
    assert (line.get_linestyle(), to_rgba(line.get_color())) == ("--", to_rgba(PREDICTION["color"]))


def test_a_curve_is_kept_as_it_was_seen(asked):
    predict.curve("variance", "How will it fall?", x=[1, 2, 4, 8])
    level, slope = parts(asked[0], (widgets.FloatSlider, widgets.FloatLogSlider))
    level.value, slope.value = 2.0, -1.0
    press(asked[0], "Keep")
    _, axes = new_figure()
    draw_prediction(axes, "variance")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [2, 1, 0.5, 0.25], rtol=1e-6)


def test_a_curve_follows_its_sliders_and_says_so(asked):
    predict.curve("speed", "How fast?", x=[1, 10, 1000], low=10, high=10_000)
    level, slope = parts(asked[0], (widgets.FloatSlider, widgets.FloatLogSlider))
    (picture,) = parts(asked[0], Live)
    pictures = []
    for level.value, slope.value in ((20.0, 0.5), (20.0, 1.0), (50.0, 1.0)):
        pictures.append(picture.picture.value)
    assert len(set(pictures)) == 3
    assert picture.sentence.value == "From 50 on the left to 50,000 on the right."
    assert 'alt="From 50 on the left' in picture.picture.value


def test_a_choice_is_answered_beside_what_happened(asked):
    predict.choice("fastest", "Which one?", ["1", "<all>"])
    assert "first" in press(asked[0], "Keep")
    parts(asked[0], widgets.RadioButtons)[0].value = "<all>"
    press(asked[0], "Keep")
    predict.reply("fastest", "8 was first")
    assert "&lt;all&gt;" in asked[-1].data
    assert "8 was first" in asked[-1].data


def test_without_a_prediction_the_figure_says_so(asked):
    predict.number("largest-step", "How long?", 0, 2)
    press(asked[0], "Keep")
    assert "Skipped" in press(asked[0], "Skip")
    _, axes = new_figure()
    draw_prediction(axes, "largest-step")
    assert not axes.lines
    assert axes.texts[0].get_text() == "no prediction kept"
    predict.reply("largest-step", "it diverged")
    assert "no prediction" in asked[-1].data


def test_a_prediction_outlives_its_kernel_and_is_offered_again(asked):
    PREDICTIONS_FILE.write_text(json.dumps({"largest-step": 1.5}))
    predict.number("largest-step", "How long?", 0, 2)
    assert parts(asked[0], widgets.FloatSlider)[0].value == 1.5
    assert "earlier" in parts(asked[0], widgets.HTML)[-1].value


@pytest.mark.parametrize("damage", ["", "[1, 2]", "{"])
def test_a_damaged_file_is_as_good_as_none(asked, damage):
    PREDICTIONS_FILE.write_text(damage)
    assert predict.kept("largest-step") is None


def test_a_folder_that_takes_no_files_is_named(asked):
    PREDICTIONS_FILE.mkdir()
    predict.number("largest-step", "How long?", 0, 2)
    assert "takes no files" in press(asked[0], "Keep")
