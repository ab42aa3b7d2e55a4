"""Layers, and what has no layer-wise rate, stand at the rates at which LARS would move them."""

import pytest

from scalelab.analysis.descent.layer_sizes import LayerSize
from scalelab.figures.lab3.layers import draw_layers, lars_rate

LAYER = LayerSize("stem.weight", 90, dimensions=2, weight=5.0, gradient=2.0)
BIAS = LayerSize("stem.bias", 10, dimensions=1, weight=1.0, gradient=1.0)


def test_lars_multiplies_a_gradient_by_the_nominal_times_the_local_rate():
    """You et al. 2017, eq. 6."""
    assert lars_rate(LAYER, 8.0) == pytest.approx(8 * 0.001 * 5 / (2 + 5e-4 * 5))


def test_what_is_excluded_stands_at_the_nominal_rate_with_its_share_of_the_weights():
    left, right = draw_layers({0: [LAYER, BIAS]}, nominal=8.0, sgd=0.2).axes
    (crosses,) = [line for line in right.lines if line.get_marker() == "x"]
    (layers,) = [line for line in right.lines if line.get_marker() == "s"]
    assert list(crosses.get_xdata()) == [8.0]
    assert list(layers.get_xdata()) == [pytest.approx(lars_rate(LAYER, 8.0))]
    assert "10 of 100 weights" in [text.get_text().strip() for text in right.texts]
    assert [line.get_xdata()[0] for line in left.lines][0] == 2.5
