"""The encoding of figures is read without colour, and means the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.figures import batch_axis, batch_colour, draw_spread, draw_target, new_figure, worker_style

POWERS = st.integers(0, 14).map(lambda power: 2**power)


def brightness(colour) -> float:
    """Relative luminance (ITU-R BT.709)."""
    return float(np.dot(colour[:3], (0.2126, 0.7152, 0.0722)))


@given(st.lists(POWERS, min_size=2, max_size=12, unique=True))
def test_a_larger_batch_is_darker_also_in_grey(batch_sizes):
    shades = [brightness(batch_colour(size, batch_sizes)) for size in sorted(batch_sizes)]
    assert all(left > right for left, right in zip(shades, shades[1:], strict=False))
    assert shades[0] < 0.85  # still seen on white


def test_one_batch_size_alone_has_a_colour():
    assert brightness(batch_colour(64, [64])) < 0.2


def test_worker_counts_have_styles_of_their_own():
    assert len({worker_style(workers) for workers in (1, 2, 4, 8)}) == 4
    assert worker_style(64) == worker_style(8)


def test_the_batch_axis_shows_batch_sizes_and_nothing_else():
    figure, axes = new_figure()
    axes.plot([16, 1024], [0, 1])
    batch_axis(axes, [16, 64, 256, 1024])
    figure.canvas.draw()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["16", "64", "256", "1,024"]


def test_a_target_carries_its_value():
    _, axes = new_figure()
    draw_target(axes, 0.85, "target accuracy")
    assert axes.texts[0].get_text() == "target accuracy 0.85"


def test_spread_is_two_standard_deviations_over_the_seeds_that_ran():
    _, axes = new_figure()
    draw_spread(axes, [1, 2], [[1.0, 3.0], [3.0, np.nan], [2.0, 5.0]])
    (segments,) = axes.containers[0].lines[2]
    lengths = [np.ptp(segment[:, 1]) for segment in segments.get_segments()]
    np.testing.assert_allclose(lengths, [2 * 2 * 1.0, 2 * 2 * np.sqrt(2)])


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 2)])
def test_figures_do_not_pile_up_in_pyplot(shape):
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    _, axes = new_figure(*shape)
    assert np.size(axes) == np.prod(shape)
    assert pyplot.get_fignums() == before
