"""The layer-wise optimizers beside an independent implementation, and what their papers promise."""

import copy

import pytest
import pytorch_optimizer as published
import torch
from torch import nn

from scalelab.optim import LAMB, LARC, LARS, NovoGrad, exclude

STEPS = 25


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 5)).double()


def gradients(model, seed):
    """Drawn, of sizes far apart, and small ones among them: (steps, weights)."""
    draw = torch.Generator().manual_seed(seed)
    shapes = [weight.shape for weight in model.parameters()]
    scales = [10.0 ** torch.randint(-4, 3, (), generator=draw) for _ in shapes]

    def row():
        drawn = (torch.randn(shape, generator=draw, dtype=torch.float64) for shape in shapes)
        return [scale * one for scale, one in zip(scales, drawn, strict=True)]

    return [row() for _ in range(STEPS)]


def trained(make, seed, lrs=None):
    """The weights after the steps, from the same start and by the same gradients; each step's rate may be given."""
    model = network(seed)
    optimizer = make(model)
    for step, row in enumerate(gradients(model, seed)):
        for weight, gradient in zip(model.parameters(), row, strict=True):
            weight.grad = gradient.clone()
        for group in optimizer.param_groups:
            group["lr"] = lrs[step] if lrs else group["lr"]
        optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def corrections_done(optimizer):
    """As if the moments had begun long ago: the peer follows version 3 of the paper, which does not correct them.

    With `adam_debias=True` it does not do so in its rate either. It also adds `eps` to |u| and takes 10 for longer
    weights, neither of which is in the paper: `eps` is tiny here, and the weights are short.
    """
    for group in optimizer.param_groups:
        group["steps"] = 10**7
    return optimizer


class WrappedSGD(torch.optim.SGD):
    """LARC as apex has it: torch's SGD without weight decay, given gradients that are decayed and scaled before.

    timm's `Lars(trust_clip=True)`, version 1.0.31, agrees as closely; it is not a peer here because timm wants
    torchvision, and the tests install no package of that size for one class.
    """

    def __init__(self, weights, lr, decay, trust_coefficient):
        super().__init__(weights, lr=lr, momentum=0.9)
        self.decay, self.trust_coefficient = decay, trust_coefficient

    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                w, g = weight.detach().norm(), weight.grad.norm()
                if w > 0 and g > 0:
                    local = self.trust_coefficient * w / (g + self.decay * w)
                    weight.grad = min(local / group["lr"], 1) * (weight.grad + self.decay * weight.detach())
        super().step()


PAIRS = {
    "LARC": (
        lambda model, decay: LARC(model.parameters(), lr=0.1, trust_coefficient=0.02, weight_decay=decay),
        lambda model, decay: WrappedSGD(model.parameters(), 0.1, decay, trust_coefficient=0.02),
    ),
    "LARS": (
        lambda model, decay: LARS(exclude(model, decay), lr=2.0, trust_coefficient=0.01),
        lambda model, decay: published.LARS(model.parameters(), lr=2.0, trust_coefficient=0.01, weight_decay=decay),
    ),
    "LAMB": (
        lambda model, decay: corrections_done(LAMB(model.parameters(), lr=0.02, eps=1e-9, weight_decay=decay)),
        lambda model, decay: published.Lamb(
            model.parameters(), lr=0.02, eps=1e-9, weight_decay=decay, weight_decouple=False, adam_debias=True
        ),
    ),
    "NovoGrad": (
        lambda model, decay: NovoGrad(model.parameters(), lr=0.02, weight_decay=decay),
        lambda model, decay: published.NovoGrad(model.parameters(), lr=0.02, weight_decay=decay),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize("seed", range(5))
def test_step_for_step_as_an_independent_implementation(name, decay, seed):
    own, peer = (trained(lambda model, make=make: make(model, decay), seed) for make in PAIRS[name])
    assert torch.allclose(own, peer, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_lamb_without_layers_is_adam_with_its_corrections(decay):
    """Adam has the weight decay beside its direction as LAMB has, if it decouples it (Loshchilov and Hutter 2019)."""

    def lamb(model):
        return LAMB([{"params": list(model.parameters()), "adapt": False}], lr=0.01, weight_decay=decay)

    def adam(model):
        return torch.optim.AdamW(model.parameters(), lr=0.01, eps=1e-6, weight_decay=decay)

    assert torch.allclose(trained(lamb, 0), trained(adam, 0), rtol=1e-9)


def test_lars_without_layers_is_sgd_with_momentum():
    def lars(model):
        return LARS([{"params": list(model.parameters()), "adapt": False}], lr=0.01, weight_decay=0.1)

    def sgd(model):
        return torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=0.1)

    lrs = [0.01 * (1 + step % 7) for step in range(STEPS)]
    assert torch.allclose(trained(lars, 0, lrs), trained(sgd, 0, lrs), rtol=1e-9)


def one_step(make, weight, gradient):
    """How far the weights move in the first step."""
    parameter = nn.Parameter(weight.clone())
    parameter.grad = gradient.clone()
    make([parameter]).step()
    return parameter.detach() - weight


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_the_length_of_a_step_does_not_depend_on_that_of_the_gradient(size):
    weight, gradient = torch.randn(2, 40, 30).double().unbind()
    expected = {
        "lars": (lambda p: LARS(p, lr=0.5, trust_coefficient=0.02), 0.5 * 0.02 * weight.norm()),
        "lamb": (lambda p: LAMB(p, lr=0.03, eps=1e-12), 0.03 * weight.norm()),
        "novograd": (lambda p: NovoGrad(p, lr=0.03), torch.tensor(0.03).double()),
    }
    for make, length in expected.values():
        assert torch.allclose(one_step(make, weight, size * gradient).norm(), length, rtol=1e-2 if size < 1 else 1e-6)


def test_larc_takes_the_smaller_of_its_rate_and_the_layers():
    weight, gradient = torch.randn(2, 40, 30).double().unbind()
    local = (0.02 * weight.norm() / gradient.norm()).item()
    lrs = (local / 2, local * 2)
    slow, fast = (one_step(lambda p, lr=lr: LARC(p, lr=lr, trust_coefficient=0.02), weight, gradient) for lr in lrs)
    assert torch.allclose(slow, -local / 2 * gradient)
    assert torch.allclose(fast, -local * gradient)


@pytest.mark.parametrize("make", [LARS, LARC, LAMB, NovoGrad])
def test_weights_of_zero_can_leave_it_and_gradients_of_zero_break_nothing(make):
    moved = one_step(lambda p: make(p, lr=0.1), torch.zeros(3, 3), torch.ones(3, 3))
    assert torch.isfinite(moved).all()
    assert (moved < 0).all()
    assert torch.isfinite(one_step(lambda p: make(p, lr=0.1), torch.ones(3, 3), torch.zeros(3, 3))).all()


@pytest.mark.parametrize("make", [LARS, LARC, LAMB, NovoGrad])
def test_a_run_goes_on_from_its_state_as_if_it_had_not_stopped(make):
    model = network()
    optimizer, rows = make(exclude(model, 0.01), lr=0.01), gradients(model, 0)

    def steps(model, optimizer, rows):
        for row in rows:
            for weight, gradient in zip(model.parameters(), row, strict=True):
                weight.grad = gradient.clone()
            optimizer.step()

    steps(model, optimizer, rows[:10])
    resumed = copy.deepcopy(model)
    other = make(exclude(resumed, 0.01), lr=0.01)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    steps(model, optimizer, rows[10:])
    steps(resumed, other, rows[10:])
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), resumed.parameters(), strict=True))


@pytest.mark.parametrize("make", [LARS, LARC, LAMB, NovoGrad])
def test_gradients_stay_as_they_are_and_weights_without_one_too(make):
    model = network()
    optimizer = make(model.parameters(), lr=0.1, weight_decay=0.1)
    for weight in list(model.parameters())[1:]:
        weight.grad = torch.ones_like(weight)
    first = model[0].weight.detach().clone()
    optimizer.step()
    assert torch.equal(model[0].weight, first)
    assert all(torch.equal(weight.grad, torch.ones_like(weight)) for weight in list(model.parameters())[1:])


def test_biases_and_norms_are_excluded_and_frozen_weights_left_out():
    model = network()
    model[3].bias.requires_grad = False
    decayed, plain = exclude(model, 0.05)
    assert [weight.ndim for weight in decayed["params"]] == [4, 2]
    assert [weight.ndim for weight in plain["params"]] == [1, 1, 1]
    assert (decayed["weight_decay"], plain["weight_decay"], plain["adapt"]) == (0.05, 0.0, False)


def test_lars_is_stable_at_a_rate_at_which_sgd_diverges():
    """On a chain of two layers whose product is fitted: the curvature grows with the weights."""

    def loss_after(make):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(10, 10, bias=False), nn.Linear(10, 1, bias=False))
        optimizer, x = make(model.parameters()), torch.randn(64, 10)
        for _ in range(200):
            optimizer.zero_grad()
            loss = ((model(x) - x.sum(1, keepdim=True)) ** 2).mean()
            loss.backward()
            optimizer.step()
        return loss.item()

    assert not loss_after(lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.9)) < 1e3
    assert loss_after(lambda p: LARS(p, lr=1.0, momentum=0.9, trust_coefficient=0.01)) < 10


@pytest.mark.parametrize("make", [LARS, LARC, LAMB, NovoGrad])
def test_how_weights_and_gradients_lie_in_memory_changes_nothing(make):
    """A model that is moved to channels_last has moments that lie otherwise than its weights."""
    torch.manual_seed(0)
    start, drawn = torch.randn(4, 3, 5, 5), torch.randn(3, 4, 3, 5, 5)

    def steps(*layouts):
        weight = nn.Parameter(start.clone())
        optimizer = make([weight], lr=0.1, weight_decay=0.01)
        for gradient, layout in zip(drawn, layouts, strict=True):
            weight.data = weight.data.contiguous(memory_format=layout)
            weight.grad = gradient.contiguous(memory_format=layout)
            optimizer.step()
        return weight.detach()

    moved = steps(torch.contiguous_format, torch.channels_last, torch.channels_last)
    torch.testing.assert_close(moved, steps(*3 * [torch.contiguous_format]))
