"""What makes a step fast changes its numbers by no more than the roundings that it is allowed."""

import pytest
import torch
from torch.nn.functional import cosine_similarity, cross_entropy

from scalelab.data import load, standardise, statistics
from scalelab.models import build
from scalelab.train import autocast
from scalelab.train.precision import VARIABLE

NETWORKS = ["small-resnet", "wide-resnet-10-1", "resnet-20"]
STEPS, BATCH_SIZE = 30, 32


@pytest.fixture
def batch():
    images = load("standin").train.take(torch.arange(BATCH_SIZE))
    return standardise(images.images, statistics(images)), images.labels


def gradient(name, X, y):
    """The loss and the gradient, flat, of the network that seed 0 draws."""
    torch.manual_seed(0)
    model = build(name).to(X.dtype)
    with autocast(X.device):
        loss = cross_entropy(model(X), y)
    loss.backward()
    return loss.item(), torch.cat([weight.grad.flatten() for weight in model.parameters()]), model


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 0.01)])
def test_channels_last_memory_changes_nothing_but_roundings(monkeypatch, batch, name, dtype, tolerance):
    """In float32 a rounding may turn a unit on that was off; in float64 none does."""
    monkeypatch.setenv(VARIABLE, "float32")
    X, y = batch[0].to(dtype), batch[1]
    assert X.is_contiguous(memory_format=torch.channels_last)
    loss, flat, _ = gradient(name, X, y)
    plain_loss, plain_flat, _ = gradient(name, X.contiguous(), y)
    assert loss == pytest.approx(plain_loss, rel=tolerance / 100)
    assert torch.linalg.vector_norm(flat - plain_flat) < tolerance * torch.linalg.vector_norm(plain_flat)


@pytest.mark.parametrize("name", NETWORKS)
def test_bfloat16_changes_the_loss_by_a_hundredth_and_hardly_turns_the_gradient(monkeypatch, batch, name):
    monkeypatch.setenv(VARIABLE, "float32")
    loss, flat, _ = gradient(name, *batch)
    monkeypatch.setenv(VARIABLE, "bfloat16")
    fast_loss, fast_flat, _ = gradient(name, *batch)
    assert fast_loss != loss  # it was used
    assert fast_loss == pytest.approx(loss, rel=0.01)
    assert cosine_similarity(flat, fast_flat, dim=0) > 0.98


@pytest.mark.parametrize("told", ["bfloat16", "float32"])
def test_weights_and_gradients_stay_float32_and_lie_as_the_ranks_exchange_them(monkeypatch, batch, told):
    monkeypatch.setenv(VARIABLE, told)
    model = gradient("small-resnet", *batch)[2]
    for weight in model.parameters():
        assert weight.dtype == weight.grad.dtype == torch.float32
        assert weight.is_contiguous()
        assert weight.grad.is_contiguous()


def test_a_network_learns_as_fast_in_bfloat16(monkeypatch, batch):
    """Both losses after some steps on one batch, each far below that of the start."""
    X, y = batch

    def learn(told):
        monkeypatch.setenv(VARIABLE, told)
        torch.manual_seed(0)
        model = build("small-resnet")
        optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
        losses = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            with autocast(X.device):
                loss = cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    for first, last in ((losses[0], losses[-1]) for losses in map(learn, ("float32", "bfloat16"))):
        assert last < 0.15 * first
