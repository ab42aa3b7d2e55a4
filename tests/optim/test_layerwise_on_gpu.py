"""The layer-wise optimizers make the same steps on a GPU, where they take all layers at once, as on a CPU."""

import pytest
import torch

from scalelab.optim import LAMB, LARC, LARS, NovoGrad

SHAPES = [(8, 3, 3, 3), (8,), (10, 8), (10,)]


def weights_after(make, device: torch.device, steps: int = 5) -> list[torch.Tensor]:
    draws = torch.Generator().manual_seed(0)
    weights = [torch.nn.Parameter(torch.randn(shape, generator=draws).to(device)) for shape in SHAPES]
    optimizer = make(weights, lr=0.1)
    for _ in range(steps):
        for weight in weights:
            weight.grad = torch.randn(weight.shape, generator=draws).to(device)
        optimizer.step()
    return [weight.detach().cpu() for weight in weights]


@pytest.mark.gpu
@pytest.mark.parametrize("make", [LARS, LARC, LAMB, NovoGrad])
def test_steps_are_those_of_a_cpu(make, gpu):
    on_cpu, on_gpu = weights_after(make, torch.device("cpu")), weights_after(make, gpu)
    for expected, found in zip(on_cpu, on_gpu, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
