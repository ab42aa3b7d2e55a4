"""What is exchanged in a step: counted on toys, and equal to the formula."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from scalelab.errors import ScaleLabError
from scalelab.models import build, count_weights
from scalelab.parallel.collectives.traffic import exchanged_bytes, parts

COUNTS = st.integers(1, 10**6)


def ring_all_reduce(gradients: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Sum the rows of `gradients` (workers, numbers) by passing pieces round a ring; the bytes that each sent."""
    workers = len(gradients)
    pieces = [np.array_split(row.astype(np.float32), workers) for row in gradients]
    sent = [0] * workers
    for phase in (np.add, lambda _own, came: came):  # first all pieces are summed, then the sums go round
        shift = 0 if phase is np.add else 1
        for step in range(workers - 1):
            on_the_way = []
            for rank in range(workers):
                index = (rank - step + shift) % workers
                on_the_way.append((rank, index, pieces[rank][index].copy()))
                sent[rank] += pieces[rank][index].nbytes
            for rank, index, came in on_the_way:
                right = (rank + 1) % workers
                pieces[right][index] = phase(pieces[right][index], came)
    return np.array([np.concatenate(row) for row in pieces]), sent


@pytest.mark.parametrize("workers", [2, 3, 4])
@pytest.mark.parametrize("batch_size", [12, 24])
def test_data_parallel_is_what_a_ring_sends_of_the_gradients_of_a_toy(workers, batch_size):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 12, bias=False), nn.ReLU(), nn.Linear(12, 2, bias=False))  # 120 weights
    gradients = []
    for images in torch.randn(batch_size, 8).chunk(workers):
        model.zero_grad()
        model(images).square().mean().backward()
        gradients.append(torch.cat([weight.grad.ravel() for weight in model.parameters()]).numpy())
    summed, sent = ring_all_reduce(np.array(gradients))
    np.testing.assert_allclose(summed, np.tile(np.sum(gradients, axis=0), (workers, 1)), rtol=1e-4, atol=1e-6)
    data, _ = exchanged_bytes(count_weights(model), 12, batch_size, workers)
    assert sent == [data] * workers


@pytest.mark.parametrize("cuts", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [1, 8])
def test_model_parallel_is_what_crosses_the_cuts_of_a_toy(cuts, batch_size):
    """Each part works on a detached copy of what it was sent, as it would on another worker."""
    torch.manual_seed(0)
    chain = [nn.Linear(5, 5) for _ in range(cuts + 1)]
    sent, arrived = 0, []
    x = torch.randn(batch_size, 5)
    for number, part in enumerate(chain):
        output = part(x)
        if number < cuts:
            sent += output.nbytes
            x = output.detach().requires_grad_()
            arrived.append((output, x))
    output.square().sum().backward()
    for output, x in reversed(arrived):
        sent += x.grad.nbytes
        output.backward(x.grad)
    assert all(part.weight.grad is not None for part in chain)
    _, model = exchanged_bytes(30, 5, batch_size, workers=cuts + 1)
    assert sent == pytest.approx((cuts + 1) * model)


@given(COUNTS, COUNTS, st.integers(1, 10**5), st.integers(2, 1000))
def test_the_batch_moves_one_of_them_and_they_cross_at_weights_over_activations(weights, activations, batch, workers):
    data, model = exchanged_bytes(weights, activations, batch, workers)
    twice = exchanged_bytes(weights, activations, 2 * batch, workers)
    assert twice == pytest.approx((data, 2 * model))
    equal = exchanged_bytes(weights, activations, weights / activations, workers)
    assert equal[0] == pytest.approx(equal[1])


def test_a_worker_alone_sends_nothing():
    assert exchanged_bytes(1000, 10, 64, workers=1) == (0, 0)


@pytest.mark.parametrize("name", ["small-resnet", "resnet-14", "wide-resnet-10-2", "wide-resnet-16-1"])
def test_the_parts_have_all_weights_and_three_stages_of_shrinking_images(name):
    model = build(name, in_channels=1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = parts(model, (1, 28, 28))
    assert sum(part.weights for part in found) == count_weights(model)
    stages = [part for part in found if part.name.startswith("stage")]
    assert [part.name for part in stages] == ["stage 1", "stage 2", "stage 3"]
    heights = [part.output[1] for part in stages]
    assert heights == sorted(heights, reverse=True)
    assert found[-1].output == (10,)
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_a_network_without_stages_is_refused_in_one_sentence():
    with pytest.raises(ScaleLabError, match="stages"):
        parts(nn.Linear(3, 2), (3,))
