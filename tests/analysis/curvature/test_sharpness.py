"""The curvature of functions whose Hessian is known."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from scalelab.analysis.curvature.sharpness import hessian_product, largest_eigenvalues, width


def symmetric(eigenvalues, seed=0):
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(eigenvalues),) * 2))
    return torch.tensor(rotation @ np.diag(eigenvalues) @ rotation.T, dtype=torch.float32)


def test_the_largest_eigenvalues_of_a_given_matrix():
    eigenvalues = np.concatenate([[9.0, 6.0], np.linspace(-0.5, 2, 198)])
    matrix = symmetric(eigenvalues)
    found = largest_eigenvalues(lambda v: matrix @ v, 200, steps=30)
    assert found[:2] == pytest.approx([9, 6], rel=1e-4)
    assert found[-1] == pytest.approx(-0.5, abs=0.05)


def test_no_eigenvalue_is_found_twice():
    matrix = symmetric([5.0, 1.0, 1.0, 1.0, 0.0])
    found = largest_eigenvalues(lambda v: matrix @ v, 5, steps=5)
    assert found == pytest.approx([5, 1, 0], abs=1e-4)


def small_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3))


def test_the_product_is_that_of_the_whole_hessian():
    model, images, labels = small_network(), torch.randn(20, 6), torch.randint(3, (20,))
    names, shapes = zip(*((name, weight.shape) for name, weight in model.named_parameters()), strict=True)

    def loss(flat):
        parts = flat.split([shape.numel() for shape in shapes])
        weights = {name: part.view(shape) for name, part, shape in zip(names, parts, shapes, strict=True)}
        return cross_entropy(torch.func.functional_call(model, weights, images), labels)

    start = torch.cat([weight.detach().flatten() for weight in model.parameters()])
    hessian = torch.autograd.functional.hessian(loss, start)
    product, size = hessian_product(model, images, labels, batch_size=7)
    vector = torch.randn(size)
    assert torch.allclose(product(vector), hessian @ vector, atol=1e-5)
    largest = largest_eigenvalues(product, size, steps=size)[0]
    assert largest == pytest.approx(torch.linalg.eigvalsh(hessian)[-1].item(), rel=1e-3)
    assert all(weight.grad is None for weight in model.parameters())


def test_the_width_of_a_parabola():
    steps = np.linspace(-1, 1, 201)
    assert width(steps, 4 * steps**2, rise=1) == pytest.approx(0.5)
    assert width(steps, np.where(steps > 0, 4, 1) * steps**2, rise=1) == pytest.approx(0.75)
    assert width(steps, 0.1 * steps**2, rise=1) == 1
