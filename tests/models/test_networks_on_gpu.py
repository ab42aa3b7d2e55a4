"""Networks answer on a GPU as on a CPU, and so do norms over parts of a batch."""

import pytest
import torch

from scalelab.models import build
from scalelab.models.fast_resnet import FastResNet
from scalelab.models.ghost_norm import GhostBatchNorm2d
from scalelab.models.replace_norms import replace_norms


def ghost():
    return replace_norms(build("resnet-8"), lambda channels: GhostBatchNorm2d(channels, 4))


@pytest.mark.gpu
@pytest.mark.parametrize("make", [lambda: build("small-resnet"), lambda: build("wide-resnet-10-1"), ghost, FastResNet])
def test_logits_are_those_of_a_cpu(make, gpu):
    torch.manual_seed(0)
    model, X = make(), torch.randn(8, 3, 32, 32)
    expected = model(X).detach()
    torch.testing.assert_close(model.to(gpu)(X.to(gpu)).detach().cpu(), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.gpu
def test_whitening_is_that_of_a_cpu(gpu):
    X = torch.randn(50, 3, 32, 32)
    here, there = FastResNet(width=4), FastResNet(width=4).to(gpu)
    here.fit(X)
    there.fit(X.to(gpu))
    # An eigenvector may point either way.
    torch.testing.assert_close(there.whitening.weight.cpu().abs(), here.whitening.weight.abs(), rtol=1e-2, atol=1e-2)
