"""What 16 bits do to a gradient: rounding, and numbers too small or too large for them.

Half precision has 11 significant bits, and reaches from 2^-24 (below 2^-14 with fewer and fewer bits) to 65,504
(Micikevicius and others 2018, "Mixed precision training").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SMALLEST = 2.0**-24  # half of it and less becomes zero
SMALLEST_NORMAL = 2.0**-14  # below it bits are lost one after the other
LARGEST = 65_504.0
EPS = 2.0**-11  # a rounded number is off by this share of itself at most


@dataclass(frozen=True)
class HalfError:
    """A gradient beside itself after half precision. relative_error: infinite where a number was too large."""

    relative_error: float
    vanished: float  # share of the numbers that were not zero and now are
    fewer_bits: float  # share below SMALLEST_NORMAL that did not vanish


def half_error(gradient: Tensor, factor: float = 1.0) -> HalfError:
    """Multiply the gradient by `factor`, send it through half precision, divide again; what has become of it."""
    exact = gradient.double()
    scaled = exact * factor
    back = scaled.to(torch.float16).double() / factor
    lost = (back == 0) & (exact != 0)
    few = (scaled.abs() < SMALLEST_NORMAL) & (exact != 0) & ~lost
    error = (back - exact).norm() / exact.norm() if torch.isfinite(back).all() else torch.tensor(float("inf"))
    known = (exact != 0).sum().clamp(min=1)
    return HalfError(error.item(), (lost.sum() / known).item(), (few.sum() / known).item())


def half_errors(gradient: Tensor, factors: Sequence[float]) -> list[HalfError]:
    """The same for several factors."""
    return [half_error(gradient, factor) for factor in factors]
