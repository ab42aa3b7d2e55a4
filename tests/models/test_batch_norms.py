"""Batch norm of parts of a batch, and of the batches of all ranks."""

import pytest
import torch
from torch import nn

from scalelab.errors import ScaleLabError
from scalelab.models import build
from scalelab.models.ghost_norm import GhostBatchNorm2d
from scalelab.models.rank_norm import RankBatchNorm2d
from scalelab.models.replace_norms import replace_norms

CHANNELS = 5


def images(count, seed=0):
    return torch.randn(count, CHANNELS, 4, 3, generator=torch.Generator().manual_seed(seed)) * 3 + 7


def some_weights(norm):
    with torch.no_grad():
        norm.weight.copy_(torch.linspace(0.5, 2, CHANNELS))
        norm.bias.copy_(torch.linspace(-1, 1, CHANNELS))
    return norm


def part_by_part(norm, x, parts):
    """What ordinary batch norm makes of each part in turn."""
    out = torch.empty_like(x)
    for part in parts:
        out[part] = norm(x[part])
    return out


@pytest.mark.parametrize(("count", "ghost_size"), [(24, 6), (24, 24), (24, 1), (23, 6), (7, 6), (4, 6)])
def test_every_ghost_batch_is_normalised_by_itself(count, ghost_size):
    """As if ordinary batch norm had seen one after the other: outputs, gradients, running statistics."""
    ghost, plain = some_weights(GhostBatchNorm2d(CHANNELS, ghost_size)), some_weights(nn.BatchNorm2d(CHANNELS))
    x, same = images(count).requires_grad_(), images(count).requires_grad_()
    ghosts = max(1, count // ghost_size)
    whole = count - count % ghost_size if count >= ghost_size else count
    parts = [list(range(first, whole, ghosts)) for first in range(ghosts)]
    parts += [list(range(whole, count))] if whole < count else []
    out, expected = ghost(x), part_by_part(plain, same, parts)
    assert torch.allclose(out, expected, atol=1e-5)
    weights = torch.randn_like(out)
    (out * weights).sum().backward()
    (expected * weights).sum().backward()
    assert torch.allclose(x.grad, same.grad, atol=1e-4)
    assert torch.allclose(ghost.weight.grad, plain.weight.grad, rtol=1e-4)
    assert torch.allclose(ghost.running_mean, plain.running_mean, rtol=1e-5)
    assert torch.allclose(ghost.running_var, plain.running_var, rtol=1e-4)
    assert ghost.num_batches_tracked == plain.num_batches_tracked


@pytest.mark.parametrize("norm", [
    lambda: GhostBatchNorm2d(3, 4, momentum=None), lambda: RankBatchNorm2d(3, lambda x: x, momentum=None),
])  # fmt: skip
def test_without_momentum_the_running_mean_is_the_mean_of_all_batches(norm):
    """What torch.optim.swa_utils.update_bn asks of a batch norm."""
    batches = torch.randn(5, 8, 3, 2, 2)
    norm = norm()
    for x in batches:
        norm(x)
    torch.testing.assert_close(norm.running_mean, batches.mean((0, 1, 3, 4)))


def test_evaluation_is_that_of_ordinary_batch_norm():
    ghost, plain = GhostBatchNorm2d(CHANNELS, 4), nn.BatchNorm2d(CHANNELS)
    ghost(images(16))
    plain.load_state_dict(ghost.state_dict())
    x = images(9, seed=1)
    assert torch.equal(ghost.eval()(x), plain.eval()(x))


def test_a_ghost_batch_has_an_image():
    with pytest.raises(ScaleLabError, match="1 image or more but got 0"):
        GhostBatchNorm2d(3, 0)


def test_norms_are_replaced_in_a_whole_network():
    model = build("small-resnet")
    names, x = list(model.state_dict()), torch.randn(8, 3, 32, 32)
    before = model.eval()(x)
    norms = sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    assert replace_norms(model, lambda channels: GhostBatchNorm2d(channels, 4)) is model
    assert sum(isinstance(module, GhostBatchNorm2d) for module in model.modules()) == norms > 3
    assert list(model.state_dict()) == names
    assert not any(module.training for module in model.modules())
    assert torch.equal(model(x), before)


def test_one_rank_alone_has_its_own_statistics():
    alone, plain = some_weights(RankBatchNorm2d(CHANNELS, lambda x: x)), some_weights(nn.BatchNorm2d(CHANNELS))
    x, same = images(12).requires_grad_(), images(12).requires_grad_()
    out, expected = alone(x), plain(same)
    assert torch.allclose(out, expected, atol=1e-5)
    (out**3).sum().backward()
    (expected**3).sum().backward()
    assert torch.allclose(x.grad, same.grad, atol=1e-3)
    assert torch.allclose(alone.running_var, plain.running_var, rtol=1e-5)


def test_a_large_mean_does_not_drown_the_variance():
    x = images(64).mul(1e-2).add(1000)
    assert torch.allclose(RankBatchNorm2d(CHANNELS, lambda x: x)(x), nn.BatchNorm2d(CHANNELS)(x), atol=1e-2)


@pytest.mark.parametrize("make", [lambda c: GhostBatchNorm2d(c, 4), lambda c: RankBatchNorm2d(c, lambda x: x)])
def test_under_autocast_a_replaced_norm_counts_in_float32(make):
    """Its statistics are those of the same activations in float32."""
    torch.manual_seed(0)
    model = replace_norms(nn.Sequential(nn.Conv2d(3, CHANNELS, 3), nn.BatchNorm2d(CHANNELS)), make)
    convolution, norm = model
    x = torch.randn(8, 3, 6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        out = model(x)
        activations = convolution(x)
    assert activations.dtype == torch.bfloat16
    assert out.dtype == torch.float32
    same = replace_norms(nn.Sequential(nn.BatchNorm2d(CHANNELS)), make)
    torch.testing.assert_close(same(activations.float()), out)
    torch.testing.assert_close(same[0].running_mean, norm.running_mean)
    out.sum().backward()
    assert convolution.weight.grad.dtype == torch.float32
