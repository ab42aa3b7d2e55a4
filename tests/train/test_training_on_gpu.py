"""Training on a GPU is training: the same weights as on a CPU, timed to the end, in the format that is said."""

import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from scalelab.models import build
from scalelab.train import autocast, probe_memory, save_checkpoint, training_step, wait_for

IMAGES = 32


def trained(device: torch.device, autocasting: bool = False) -> dict[str, torch.Tensor]:
    """Weights after three steps of momentum SGD on noise."""
    torch.manual_seed(0)
    model = build("resnet-8")
    draws = torch.Generator().manual_seed(1)
    X, y = torch.randn(IMAGES, 3, 32, 32, generator=draws), torch.randint(10, (IMAGES,), generator=draws)
    model, X, y = model.to(device), X.to(device), y.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=autocasting):
            loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
    return {name: value.cpu() for name, value in model.state_dict().items()}


@pytest.mark.gpu
def test_a_gpu_learns_the_weights_that_a_cpu_learns(gpu):
    torch.testing.assert_close(trained(gpu), trained(torch.device("cpu")), rtol=1e-3, atol=1e-4)


@pytest.mark.gpu
def test_autocast_computes_in_bfloat16_and_leaves_weights_and_gradients_in_float32(gpu):
    model = build("resnet-8").to(gpu)
    with autocast(gpu):
        logits = model(torch.randn(2, 3, 32, 32, device=gpu))
    logits.float().sum().backward()
    assert logits.dtype == torch.bfloat16
    assert {weight.grad.dtype for weight in model.parameters()} == {torch.float32}


@pytest.mark.gpu
def test_after_waiting_nothing_is_left_to_do(gpu):
    X = torch.randn(4096, 4096, device=gpu)
    for _ in range(20):
        X = X @ X / 64
    wait_for(gpu)
    assert torch.cuda.current_stream().query()


@pytest.mark.gpu
def test_a_step_that_is_timed_trains(gpu):
    model = build("resnet-8").to(gpu)
    before = next(model.parameters()).clone()
    step = training_step(
        model, torch.randn(IMAGES, 3, 32, 32, device=gpu), torch.arange(IMAGES, device=gpu) % 10, lr=0.1
    )
    step(torch.arange(16, device=gpu))
    assert not torch.equal(before, next(model.parameters()))


@pytest.mark.gpu
def test_a_checkpoint_of_a_gpu_is_one_of_a_cpu(gpu, tmp_path):
    model = build("resnet-8").to(gpu)
    save_checkpoint(model, tmp_path, 1)
    (file,) = tmp_path.rglob("*.safetensors")
    fresh = build("resnet-8")
    fresh.load_state_dict(load_file(file))
    X = torch.randn(4, 3, 32, 32)
    torch.testing.assert_close(model.eval()(X.to(gpu)).cpu(), fresh.eval()(X), rtol=1e-3, atol=1e-4)


@pytest.mark.gpu
def test_memory_grows_with_the_batch_up_to_the_limit():
    probe = probe_memory("resnet-8", (3, 32, 32), limit=200e6, device="cuda")
    assert list(probe.peaks) == sorted(probe.peaks)
    assert probe.peaks[-1] <= probe.limit
    assert probe.failed_at == 2 * probe.batch_sizes[-1]
