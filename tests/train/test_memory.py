"""Running out of memory is something to look at, not something to die of."""

import os

import pytest

from scalelab.errors import ScaleLabError
from scalelab.train import probe_memory


@pytest.fixture(scope="module")
def probe():
    return probe_memory("resnet-8", (1, 14, 14), limit=60e6, first=8)


def test_the_batch_doubles_until_it_does_not_fit(probe):
    assert probe.batch_sizes[0] == 8
    assert all(right == 2 * left for left, right in zip(probe.batch_sizes, probe.batch_sizes[1:], strict=False))
    assert probe.failed_at == 2 * probe.batch_sizes[-1]


def test_the_one_who_asked_lives_on_and_reads_why(probe):
    assert os.getpid()
    assert f"{probe.failed_at:,} images" in probe.reason
    assert probe.reason.endswith(".")
    assert probe.reason.count(". ") == 0


def test_memory_grows_in_proportion_to_the_batch(probe):
    largest = probe.peaks[-1] / probe.batch_sizes[-1]
    half = probe.peaks[-2] / probe.batch_sizes[-2]
    assert half == pytest.approx(largest, rel=0.35)
    assert probe.peaks[-1] <= probe.limit


def test_a_limit_too_small_for_the_first_batch_is_one_sentence():
    with pytest.raises(ScaleLabError, match="raise `limit`"):
        probe_memory("resnet-8", (1, 14, 14), limit=1e6, first=4096)


def test_an_error_that_is_not_about_memory_is_not_taken_for_one():
    with pytest.raises(ScaleLabError, match="no model named"):
        probe_memory("resnet-of-dreams", (1, 14, 14))
