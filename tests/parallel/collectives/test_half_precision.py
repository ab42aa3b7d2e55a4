"""Half precision against its own definition: every half there is, and the edges of its range."""

import math

import pytest
import torch

from scalelab.parallel.collectives.half_precision import (
    EPS,
    LARGEST,
    SMALLEST,
    SMALLEST_NORMAL,
    half_error,
    half_errors,
)


def every_half():
    numbers = torch.arange(-(2**15), 2**15, dtype=torch.int32).to(torch.int16).view(torch.float16).float()
    return numbers[torch.isfinite(numbers)]


def test_the_edges_are_those_of_the_halves_there_are():
    sizes = every_half().abs()
    assert sizes.max() == LARGEST
    assert sizes[sizes > 0].min() == SMALLEST
    assert torch.finfo(torch.float16).tiny == SMALLEST_NORMAL
    assert torch.finfo(torch.float16).eps / 2 == EPS


def test_halves_come_through_as_they_are():
    error = half_error(every_half())
    assert (error.relative_error, error.vanished) == (0, 0)
    assert error.fewer_bits > 0


def test_normal_numbers_are_off_by_half_a_unit_in_the_last_bit_at_most():
    gradient = torch.randn(10_000, generator=torch.Generator().manual_seed(0))
    gradient = gradient[gradient.abs() > SMALLEST_NORMAL]
    error = half_error(gradient)
    assert EPS / 10 < error.relative_error < EPS
    assert (error.vanished, error.fewer_bits) == (0, 0)


def test_small_numbers_vanish_and_a_factor_brings_them_back():
    gradient = torch.tensor([SMALLEST / 4, -SMALLEST / 4, 1.0, 0.0])
    assert half_error(gradient).vanished == pytest.approx(2 / 3)  # a zero has nothing to lose
    assert half_error(gradient, factor=1024).vanished == 0


def test_a_number_that_is_too_large_spoils_all():
    assert half_error(torch.tensor([1e5, 1.0])).relative_error == math.inf
    assert half_error(torch.tensor([1e5, 1.0]), factor=1e-2).relative_error < EPS


def test_the_error_grows_as_the_gradient_shrinks_out_of_range():
    gradient = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    errors = [one.relative_error for one in half_errors(gradient, [1, 1e-5, 1e-6, 1e-9])]
    assert errors == sorted(errors)
    assert errors[-1] == pytest.approx(1)
