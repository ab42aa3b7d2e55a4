"""Models are what their papers say they are."""

import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.models import build, count_weights


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("resnet-20", 269_722),  # He et al. 2016a, table 6: 0.27 M
        ("resnet-56", 853_018),  # 0.85 M
        ("wide-resnet-16-10", 17_116_634),  # Zagoruyko and Komodakis 2016, table 4: 17.1 M
        ("wide-resnet-28-10", 36_479_194),  # 36.5 M
    ],
)
def test_the_number_of_weights_is_the_published_one(name, weights):
    assert count_weights(build(name)) == weights


@pytest.mark.parametrize("name", ["small-resnet", "resnet-8", "wide-resnet-10-1"])
@pytest.mark.parametrize("shape", [(2, 3, 32, 32), (2, 1, 28, 28)])
def test_images_become_logits(name, shape):
    model = build(name, num_classes=7, in_channels=shape[1])
    assert model(torch.randn(shape)).shape == (2, 7)


@pytest.mark.parametrize("name", ["small-resnet", "resnet-20"])
def test_skips_add_no_weights_but_change_the_function(name):
    with_skips, without = build(name), build(name, skips=False)
    without.load_state_dict(with_skips.state_dict())
    x = torch.randn(4, 3, 32, 32)
    assert not torch.allclose(with_skips(x), without(x), atol=1e-3)


def test_without_skips_a_deep_network_passes_no_gradient_to_its_first_layer_around_the_blocks():
    """With skips the gradient at the stem of an untrained ResNet-56 is far larger than without (Li et al. 2018)."""
    norms = []
    for skips in (True, False):
        torch.manual_seed(0)
        model = build("resnet-56", skips=skips).eval()
        model(torch.randn(8, 3, 32, 32)).square().sum().backward()
        norms.append(model.stem[0].weight.grad.norm())
    assert norms[0] > 10 * norms[1]


@pytest.mark.parametrize(
    "name", ["", "resnet", "resnet-21", "resnet-2", "wide-resnet-15-2", "wide-resnet-16-0", "RESNET-20"]
)
def test_a_name_that_does_not_exist_gets_one_sentence(name):
    with pytest.raises(ScaleLabError) as error:
        build(name)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")


def test_the_assessment_model_is_a_few_hundred_thousand_weights():
    assert 200_000 < count_weights(build("small-resnet")) < 500_000
