"""The stages of a step: what is read is what was written, and together they are the step."""

import time

import pytest
import torch

from scalelab.data import Images, statistics
from scalelab.errors import ScaleLabError
from scalelab.models import build
from scalelab.train.stages import STAGES, ImageFile, time_stages


@pytest.fixture
def images():
    random = torch.Generator().manual_seed(0)
    pixels = torch.randint(256, (40, 1, 8, 8), dtype=torch.uint8, generator=random)
    return Images(pixels, torch.randint(10, (40,), generator=random))


@pytest.fixture
def file(images, tmp_path):
    return ImageFile.write(tmp_path / "images.bin", images)


def test_what_is_read_is_what_was_written_in_the_order_asked_for(images, file):
    indices = torch.tensor([39, 0, 7, 7])
    file.forget()
    X, y = file.decode(file.read(indices))
    assert len(file) == 40
    assert torch.equal(X, images.images[indices])
    assert torch.equal(y, images.labels[indices])


@pytest.mark.parametrize("from_disk", [True, False])
def test_the_stages_are_positive_and_together_about_the_step(images, file, from_disk):
    model = build("resnet-8", in_channels=1)
    start = time.perf_counter()
    times = time_stages(model, file, statistics(images), batch_size=16, repeats=6, from_disk=from_disk)
    whole = time.perf_counter() - start
    assert times.seconds.shape == (6, len(STAGES))
    assert (times.seconds > 0).all()
    assert times.seconds.sum() < whole
    assert times.longest in STAGES
    assert times.medians.argmax() == STAGES.index(times.longest)


def test_a_step_of_every_kind_was_made(images, file):
    model = build("resnet-8", in_channels=1)
    before = [weight.detach().clone() for weight in model.parameters()]
    time_stages(model, file, statistics(images), batch_size=16, repeats=1, lr=0.1)
    moved = [not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True)]
    assert all(moved)
    assert all(weight.grad is None for weight in model.parameters())


@pytest.mark.parametrize("batch_size", [0, 41])
def test_a_batch_that_the_file_does_not_hold_is_refused_in_one_sentence(images, file, batch_size):
    with pytest.raises(ScaleLabError, match="from 1 to 40"):
        time_stages(build("resnet-8", in_channels=1), file, statistics(images), batch_size)
