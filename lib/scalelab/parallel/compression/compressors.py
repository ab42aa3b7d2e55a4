"""Gradients in fewer bytes, each by itself: half precision, the largest elements, the signs."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from scalelab.errors import ScaleLabError


@dataclass(frozen=True)
class Compressed:
    """What the other side makes of a message, in the shape of what was sent, and the bytes of the message."""

    values: Tensor
    bytes: int


Compressor = Callable[[Tensor], Compressed]


def uncompressed(values: Tensor) -> Compressed:
    """As it is: four bytes an element."""
    return Compressed(values.clone(), 4 * values.numel())


def half_precision(values: Tensor) -> Compressed:
    """16 bits an element; above 65,504 it is infinite."""
    return Compressed(values.half().to(values.dtype), 2 * values.numel())


def top_k(share: float) -> Compressor:
    """The share of the elements that are largest in magnitude, each with its place: 8 bytes. The rest is taken for 0.

    Raises ScaleLabError unless 0 < share <= 1.
    """
    if not 0 < share <= 1:
        raise ScaleLabError(f"Expected a share of the elements above 0 and at most 1, got {share}.")

    def compress(values: Tensor) -> Compressed:
        flat = values.reshape(-1)
        kept = flat.abs().topk(math.ceil(share * flat.numel())).indices
        sent = torch.zeros_like(flat)
        sent[kept] = flat[kept]
        return Compressed(sent.view_as(values), 8 * len(kept))

    return compress


def scaled_sign(values: Tensor) -> Compressed:
    """A bit an element, and one number for all: the sign times the mean magnitude; Karimireddy and others (2019)."""
    signs = torch.where(values < 0, -1.0, 1.0).to(values.dtype)
    return Compressed(signs * values.abs().mean(), math.ceil(values.numel() / 8) + 4)


def sign(values: Tensor) -> Compressed:
    """A bit an element and nothing else: +1 or -1; Bernstein and others (2018), "signSGD"."""
    signs = torch.where(values < 0, -1.0, 1.0).to(values.dtype)
    return Compressed(signs, math.ceil(values.numel() / 8))
