"""The network for seconds on a GPU, and the layer that whitens what it sees."""

import pytest
import torch

from scalelab.data import load, standardise, statistics
from scalelab.errors import ScaleLabError
from scalelab.models import count_weights
from scalelab.models.fast_resnet import FastResNet, mirrored_logits
from scalelab.models.whitening import WhiteningConv2d, patches, principal_directions


@pytest.fixture(scope="module")
def images():
    train = load("standin").train.take(torch.arange(200))
    return standardise(train.images, statistics(train))


def test_whitened_patches_have_identity_covariance(images):
    """A whitening transform W of patches p: the second moments of W p are the identity."""
    layer = WhiteningConv2d(3, padding=0)
    layer.fit(images, eps=0)
    out = layer(images).transpose(0, 1).flatten(1)
    assert torch.allclose(out @ out.T / out.shape[1], torch.eye(27), atol=1e-2)


def test_eps_leaves_weak_directions_weak(images):
    """With eps the variance in a direction of eigenvalue v is v / (v + eps): below 1, least in the weakest."""
    layer, eps = WhiteningConv2d(3, padding=0), 0.1
    layer.fit(images, eps)
    values, _ = principal_directions(patches(images, 3))
    out = layer(images).transpose(0, 1).flatten(1)
    assert torch.allclose(out.square().mean(1), values / (values + eps), atol=1e-3)


def test_training_leaves_the_whitening_as_it_is(images):
    model = FastResNet(width=4)
    model.fit(images)
    before = model.whitening.weight.clone()
    optimizer = torch.optim.SGD([weight for weight in model.parameters() if weight.requires_grad], lr=0.1)
    model(images[:8]).square().sum().backward()
    optimizer.step()
    assert torch.equal(model.whitening.weight, before)


def test_too_few_images_to_whiten_by_are_one_sentence():
    with pytest.raises(ScaleLabError, match="give more images"):
        WhiteningConv2d(3).fit(torch.randn(1, 3, 4, 4))


def test_the_number_of_weights_is_the_published_one():
    """Page's ResNet-9 has 6,573,120; the layer that whitens comes before, and what follows it has no more weights."""
    assert count_weights(FastResNet()) == 6_573_120 + 27 * 27


def test_mirrored_images_get_the_same_answers(images):
    model = FastResNet(width=4).eval()
    assert mirrored_logits(model, images[:4]).shape == (4, 10)
    mirrored = mirrored_logits(model, images[:4].flip(-1))
    assert torch.allclose(mirrored_logits(model, images[:4]), mirrored, atol=1e-5)
