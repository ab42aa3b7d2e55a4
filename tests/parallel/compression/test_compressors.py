"""Compressed gradients: bytes, what is lost, and that error feedback makes it good."""

import numpy as np
import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.compression.compressors import half_precision, scaled_sign, sign, top_k, uncompressed
from scalelab.parallel.compression.error_feedback import ErrorFeedback

VALUES = torch.tensor([[0.5, -3.0, 0.0], [0.1, 2.0, -0.25]])


@pytest.mark.parametrize(("compress", "size", "wanted"), [
    (uncompressed, 24, VALUES),
    (half_precision, 12, VALUES.half().float()),
    (top_k(1 / 3), 16, torch.tensor([[0.0, -3.0, 0.0], [0.0, 2.0, 0.0]])),
    (top_k(1.0), 48, VALUES),
    (scaled_sign, 5, torch.tensor([[1.0, -1.0, 1.0], [1.0, 1.0, -1.0]]) * (5.85 / 6)),
    (sign, 1, torch.tensor([[1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])),
])  # fmt: skip
def test_bytes_and_what_the_other_side_makes_of_them(compress, size, wanted):
    sent = compress(VALUES)
    assert sent.bytes == size
    assert torch.allclose(sent.values, wanted)


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_no_share_is_refused(share):
    with pytest.raises(ScaleLabError, match="Expected a share of the elements"):
        top_k(share)


@pytest.mark.parametrize("compress", [half_precision, top_k(0.1), scaled_sign])
def test_with_error_feedback_all_that_is_put_in_arrives_in_the_end(compress):
    """A gradient that stays the same: what is sent of it is, on average, all of it; without feedback it is not."""
    gradient = torch.randn(50, generator=torch.Generator().manual_seed(0))
    worker = ErrorFeedback(compress)
    mean = sum(worker(gradient).values for _ in range(400)) / 400
    assert (mean - gradient).norm() < 0.1 * gradient.norm()
    if compress is not half_precision:
        assert (compress(gradient).values - gradient).norm() > 0.3 * gradient.norm()


def counterexample(compress, steps=4000, lr=0.01):
    """w on [-1, 1] by gradients of 4 with probability 1/4 and -1 with 3/4: the mean, 1/4, says go down.

    Karimireddy and others (2019), counterexample 1.
    """
    generator, weight = np.random.default_rng(0), torch.zeros(1)
    for _ in range(steps):
        gradient = torch.tensor([4.0 if generator.random() < 0.25 else -1.0])
        weight = (weight - compress(lr * gradient).values).clamp(-1, 1)
    return float(weight)


def test_the_sign_alone_goes_the_wrong_way_and_error_feedback_mends_it():
    assert counterexample(of_one_length) > 0.9
    assert counterexample(ErrorFeedback(scaled_sign)) < -0.9


def of_one_length(step):
    """signSGD: a step of one length, whichever way."""
    sent = sign(step)
    return type(sent)(0.01 * sent.values, sent.bytes)
