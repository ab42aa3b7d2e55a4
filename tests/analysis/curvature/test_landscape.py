"""Loss landscapes: the trained network is the middle, nothing of it changes, and no filter's scale is seen."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy

from scalelab.analysis.curvature.landscape import (
    Landscape,
    filter_norms,
    landscape,
    mean_loss,
    profile,
    random_direction,
    rescaled,
)
from scalelab.errors import ScaleLabError
from scalelab.models import build


def used_network() -> nn.Module:
    """A small residual network whose batch norms have seen images."""
    torch.manual_seed(0)
    model = build("resnet-8", in_channels=1)
    for _ in range(20):
        model(torch.randn(16, 1, 8, 8))
    return model


@pytest.fixture
def images():
    random = torch.Generator().manual_seed(1)
    return torch.randn(20, 1, 8, 8, generator=random), torch.randint(10, (20,), generator=random)


def two(model):
    return [random_direction(model, seed) for seed in (0, 1)]


def test_each_filter_of_a_direction_is_as_long_as_the_trained_filter():
    model = used_network()
    weights = dict(model.named_parameters())
    for name, values in random_direction(model, seed=3).items():
        torch.testing.assert_close(filter_norms(values), filter_norms(weights[name]))


def test_biases_and_batch_norm_get_no_direction():
    model = used_network()
    moved = set(random_direction(model, seed=3))
    kinds = {type(module) for name, module in model.named_modules() if f"{name}.weight" in moved}
    assert kinds == {nn.Conv2d, nn.Linear}
    assert not any(name.endswith("bias") for name in moved)


def test_two_random_directions_are_nearly_at_right_angles():
    """In many dimensions any two are: the cosine is of the order of one over the root of the number of weights."""
    one, other = (torch.cat([values.ravel() for values in d.values()]) for d in two(used_network()))
    assert abs(torch.cosine_similarity(one, other, dim=0)) < 0.05


def test_the_plain_direction_does_not_look_at_the_weights():
    one, other = (random_direction(model, 0, normalise=False) for model in (used_network(), build("resnet-8", 10, 1)))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_middle_is_the_loss_of_the_model_and_the_rest_that_of_moved_weights(images):
    model = used_network().eval()
    directions = two(model)
    land = landscape(model, *images, directions, span=0.5, points=3)
    assert land.centre == pytest.approx(cross_entropy(model(images[0]), images[1]).item(), rel=1e-5)
    moved = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in moved.named_parameters():
            if name in directions[0]:
                weight += 0.5 * directions[0][name] - 0.5 * directions[1][name]
        wanted = cross_entropy(moved(images[0]), images[1]).item()
    assert land.loss[0, 2] == pytest.approx(wanted, rel=1e-4)  # row: second direction, column: first


def test_the_batches_of_the_evaluation_do_not_change_the_loss(images):
    model = used_network().eval()
    assert mean_loss(model, *images, batch_size=7) == pytest.approx(mean_loss(model, *images), rel=1e-5)


@pytest.mark.parametrize("interrupt", [None, KeyboardInterrupt, RuntimeError])
def test_weights_and_mode_are_put_back_also_after_an_interruption(images, interrupt):
    model = used_network()
    model.head.eval()
    before = copy.deepcopy(model.state_dict())

    def progress(places):
        for count, place in enumerate(places):
            if interrupt and count == 4:
                raise interrupt
            yield place

    if interrupt:
        with pytest.raises(interrupt):
            landscape(model, *images, two(model), points=3, progress=progress)
    else:
        landscape(model, *images, two(model), points=3, progress=progress)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert model.training
    assert not model.head.training


@pytest.mark.parametrize("factor", [0.25, 10.0])
def test_the_scale_of_the_filters_does_not_change_the_picture(images, factor):
    """A batch norm makes the scale of its filter meaningless; normalised directions make it invisible, too."""
    model = used_network()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 0.0  # it is what stands between this and an exact truth
    other = rescaled(model, factor)
    assert mean_loss(other.eval(), *images) == pytest.approx(mean_loss(model.eval(), *images), rel=1e-4)
    one, scaled = (landscape(m, *images, two(m), points=3).loss for m in (model, other))
    np.testing.assert_allclose(scaled, one, rtol=1e-3)


def test_without_normalisation_longer_filters_make_the_same_function_look_flatter(images):
    """Ten times the weights, a tenth of the way: the wide picture of one is the narrow picture of the other."""
    model = used_network()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 0.0
    plain = random_direction(model, 0, normalise=False)
    del plain["head.2.weight"]  # the only weight here that no batch norm follows
    _, near = profile(model, *images, plain, span=0.03, points=5)
    _, same = profile(rescaled(model, 10.0), *images, plain, span=0.3, points=5)
    _, flat = profile(rescaled(model, 10.0), *images, plain, span=0.03, points=5)
    np.testing.assert_allclose(same, near, rtol=1e-3)
    assert np.ptp(flat) < 0.5 * np.ptp(near)


def test_a_profile_is_the_middle_row_of_the_landscape(images):
    model = used_network()
    directions = two(model)
    land = landscape(model, *images, directions, points=3)
    steps, loss = profile(model, *images, directions[0], points=3)
    np.testing.assert_array_equal(steps, land.steps)
    np.testing.assert_allclose(loss, land.loss[1], rtol=1e-5)


@pytest.mark.parametrize("points", [0, 1, 8])
def test_a_grid_without_a_middle_is_refused_in_one_sentence(images, points):
    model = used_network()
    with pytest.raises(ScaleLabError, match="odd number"):
        landscape(model, *images, two(model), points=points)


# Not down to 0, where the cancelling terms of a valley leave more of rounding than of the loss.
@given(st.floats(0, 10), st.floats(0, 10), st.floats(-1, 1), st.floats(0.01, 5))
def test_a_convex_surface_bends_downwards_nowhere_and_a_hill_everywhere(along, across, tilt, bottom):
    steps = np.linspace(-1, 1, 13)
    a, b = np.meshgrid(steps, steps)
    bowl = bottom + along * a**2 + across * b**2 + 2 * tilt * np.sqrt(along * across) * a * b
    assert Landscape(steps, bowl).bent == 0
    assert Landscape(steps, 20 - a**2 - b**2).bent == 1


def test_a_loss_that_overflowed_does_not_spoil_the_share_of_bends():
    steps = np.linspace(-1, 1, 9)
    loss = np.ones((9, 9))
    loss[0] = np.inf
    assert Landscape(steps, loss).bent == 0


def test_downhill_leads_to_the_middle_of_a_bowl_from_everywhere_and_of_two_valleys_from_half():
    steps = np.linspace(-1, 1, 21)
    x, y = np.meshgrid(steps, steps)
    assert Landscape(steps, x**2 + 3 * y**2).downhill == 1.0
    valleys = np.minimum((x - 0.9) ** 2, x**2) + y**2  # the ridge between them is at 0.45
    expected = np.mean(x <= 0.45)
    assert Landscape(steps, valleys).downhill == pytest.approx(expected, abs=0.05)


def test_downhill_gets_over_no_flat_floor_and_past_no_overflow():
    steps = np.linspace(-1, 1, 21)
    assert Landscape(steps, np.ones((21, 21))).downhill == pytest.approx((5 / 21) ** 2)
    loss = np.add.outer(steps**2, steps**2)
    loss[0] = np.inf
    assert Landscape(steps, loss).downhill == pytest.approx(1.0)
