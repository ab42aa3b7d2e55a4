"""The figures of gradient descent hold what they are said to show."""

import io

import matplotlib.image
import numpy as np
import pytest

from scalelab.analysis.descent.quadratic import bowl
from scalelab.data import noisy_line
from scalelab.figures.lab1 import gradient_descent as descent
from scalelab.figures.lab1.moving_descent import STEPS, MovingDescent
from scalelab.train.descent import descend

LINE = noisy_line(w=2.0, b=-1.0, centre=1.0)
BOWL = bowl(LINE.x, LINE.y)
PATH = descend(LINE, 0.1, steps=12)


@pytest.fixture(autouse=True)
def _no_predictions_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def gradient(w, b, x, y):
    error = w * x + b - y
    return 2 * np.mean(error * x), 2 * np.mean(error)


def drawn(axes):
    """What is drawn as lines, as pairs (x, y)."""
    return [np.array(line.get_xydata()) for line in axes.lines]


def holds(axes, w, b):
    return any(np.array_equal(line, np.stack([w, b], axis=1)) for line in drawn(axes))


def test_the_descent_stands_on_the_surface_and_above_the_contours():
    above, surface = descent.draw_descent(BOWL, PATH).axes
    assert holds(above, PATH.w, PATH.b)
    on_surface = [np.stack(line.get_data_3d()) for line in surface.lines]
    wanted = np.stack([PATH.w, PATH.b, BOWL.loss(PATH.w, PATH.b)])
    assert any(np.array_equal(line, wanted) for line in on_surface)


def test_the_valleys_share_their_size_and_keep_their_paths():
    far = noisy_line(w=2.0, b=-9.0, centre=5.0)
    bowls = {"near": BOWL, "far": bowl(far.x, far.y)}
    paths = {"near": PATH, "far": descend(far, 0.01, steps=12)}
    near, other = descent.draw_valleys(bowls, paths, reach=8).axes
    assert holds(near, PATH.w, PATH.b)
    assert holds(other, paths["far"].w, paths["far"].b)
    assert np.ptp(near.get_xlim()) == pytest.approx(np.ptp(other.get_xlim()))


def test_every_rate_has_its_curve_and_its_name():
    parts = (0.1, 0.5, 0.95, 1.05)
    paths = {part: descend(LINE, part * BOWL.largest_stable_step, steps=30) for part in parts}
    (axes,) = descent.draw_rates(BOWL, paths).axes
    assert [text.get_text()[:4].strip(" x") for text in axes.get_legend().get_texts()] == ["0.1", "0.5", "0.95", "1.05"]
    assert all(any(len(line) == 31 and line[-1, 1] == BOWL.loss(p.w[-1], p.b[-1]) - BOWL.lowest for line in drawn(axes))
               for p in paths.values())  # fmt: skip


def test_two_over_l_and_the_missing_prediction_are_said():
    lrs, losses = np.array([0.1, 0.2, 0.4]), np.array([0.3, 0.3, 1e300])
    figure = descent.draw_edge(lrs, losses, BOWL.largest_stable_step, [0.2, 0.3], [0.2, 0.3], "largest-step")
    words = [text.get_text() for text in figure.axes[0].texts]
    assert f"2/L = {BOWL.largest_stable_step:.3f} " in words
    assert "no prediction kept" in words


def test_errors_squares_and_gradient_are_drawn():
    figure = descent.draw_errors(LINE, {"a guess": (1.0, 0.0), "the best": tuple(BOWL.minimum)}, "lowest")
    assert len(figure.axes) == 4
    arrows = descent.draw_gradient(LINE, BOWL, gradient, (0.0, 1.0)).axes[1].texts
    assert sum(text.arrow_patch is not None for text in arrows if hasattr(text, "arrow_patch")) == 12
    assert len(descent.draw_points(LINE).axes[0].lines[0].get_xdata()) == 100


def test_the_stop_and_the_steps_are_drawn():
    losses = BOWL.loss(PATH.w, PATH.b)
    left, right = descent.draw_stop(losses, 1e-3, "steps_to_target").axes
    assert np.array_equal(drawn(left)[0][:, 1], losses)
    assert len(drawn(right)[0]) == 12


def test_the_mean_of_the_squares_is_read_beside_a_missing_prediction():
    figure = descent.draw_errors(LINE, {"a guess": (1.0, 0.0), "the best": tuple(BOWL.minimum)}, "lowest")
    (inset,) = figure.axes[3].child_axes
    figure.canvas.draw()
    mean, note = (next(text for text in inset.texts if word in text.get_text()) for word in ("mean", "no prediction"))
    assert mean.get_text() == f"mean {BOWL.lowest:.3f}"
    assert not mean.get_window_extent().overlaps(note.get_window_extent())


def test_the_directions_of_the_valley_are_eigenvectors():
    above, _ = descent.draw_descent(BOWL, PATH).axes
    arrows = [text for text in above.texts if getattr(text, "arrow_patch", None)]
    along = [(np.array(arrow.xy) - BOWL.minimum) / np.linalg.norm(arrow.xy - BOWL.minimum) for arrow in arrows]
    assert [d @ BOWL.hessian @ d for d in along] == pytest.approx(list(BOWL.curvatures))


def test_lines_that_share_a_centre_are_named_by_it():
    (axes,) = descent.draw_steps([1, 2, 30, 40], [5, 9, 150, 190], "exponent", [0, 0, 2, 2]).axes
    assert {"inputs around 0", "inputs around 2"} <= {text.get_text() for text in axes.texts}


def test_the_fitted_power_law_is_written():
    (axes,) = descent.draw_steps([1, 10, 100], [5, 50, 500], "exponent").axes
    assert axes.get_legend().get_texts()[0].get_text() == "fitted: exponent 1.00"


def pixels(moving, **values):
    picture, sentence = moving(**{"lr": 0.1, "w": 0.0, "b": 0.0, "noise": 0.5} | values)
    return matplotlib.image.imread(io.BytesIO(picture)), sentence


def test_every_slider_moves_the_picture_and_leaves_no_trace():
    moving = MovingDescent(w=2.0, b=-1.0, centre=1.0)
    first, sentence = pixels(moving)
    for value in ({"lr": 0.2}, {"w": -2.0}, {"b": 2.0}, {"noise": 2.0}):
        assert not np.array_equal(first, pixels(moving, **value)[0]), value
    again, _ = pixels(moving)
    assert np.array_equal(first, again)
    assert f"after {STEPS} steps" in sentence


@pytest.mark.parametrize(("part", "says"), [(0.9, "lowest there is"), (1.2, "diverges"), (50.0, "diverges")])
def test_the_sentence_says_whether_it_converges(part, says):
    moving = MovingDescent(w=2.0, b=-1.0, centre=1.0)
    assert says in pixels(moving, lr=part * BOWL.largest_stable_step)[1]
