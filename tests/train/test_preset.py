"""What is trained follows from the device, can be told otherwise, and says what it is."""

import pytest
import torch

from scalelab.data.images import Dataset, Images
from scalelab.data.subsample import shrink, subsample
from scalelab.errors import ScaleLabError
from scalelab.train.preset import choose_preset


def some(count: int, size: int = 28) -> Images:
    draws = torch.Generator().manual_seed(count)
    pixels = torch.randint(0, 256, (count, 1, size, size), generator=draws, dtype=torch.uint8)
    return Images(pixels, torch.randint(0, 10, (count,), generator=draws))


@pytest.fixture(autouse=True)
def clothes(monkeypatch):
    dataset = Dataset(some(5000), some(2500), tuple("abcdefghij"), "made-up clothes")
    monkeypatch.setattr("scalelab.train.preset.load", lambda name: dataset)
    return dataset


def test_a_cpu_gets_fewer_and_smaller_images():
    setting = choose_preset("cpu")
    assert setting.dataset.train.images.shape == (4096, 1, 14, 14)
    assert len(setting.dataset.test) == 2000
    for part in ("wide-resnet-10-1", "cpu", "made-up clothes", "4,096", "1 x 14 x 14"):
        assert part in str(setting)


def test_what_is_asked_for_replaces_the_choice():
    setting = choose_preset("cpu", images=100, shrink=1, model_name="resnet-8")
    assert setting.dataset.train.images.shape == (100, 1, 28, 28)
    assert setting.model_name == "resnet-8"
    assert choose_preset("cpu", images=None).dataset.train.images.shape[0] == 4096


def test_a_test_part_that_is_smaller_than_asked_for_is_taken_whole_and_said(clothes):
    setting = choose_preset("cpu", validation=4000)
    assert len(setting.dataset.test) == 2500
    assert "2,500 for validation" in str(setting)
    assert len(subsample(clothes, validation=10).test) == 10


def test_images_are_standardised_by_those_to_learn_from():
    X, y, X_validation, _ = choose_preset("cpu", images=300).tensors()
    assert X.mean().abs() < 1e-4
    assert X.std() == pytest.approx(1, abs=1e-3)
    assert 1e-4 < X_validation.mean().abs() < 0.1
    assert y.shape == (300,)


def test_equal_seeds_give_equal_networks_and_leave_the_randomness_of_others_alone():
    setting = choose_preset("cpu", images=100)
    torch.manual_seed(5)
    first = setting.new_model(seed=1)
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.rand(1) == after
    second, other = setting.new_model(seed=1), setting.new_model(seed=2)
    assert torch.equal(first.stem.weight, second.stem.weight)
    assert not torch.equal(first.stem.weight, other.stem.weight)


def test_what_is_validation_for_tuning_is_neither_learned_from_nor_judged_on(clothes):
    setting, tuning = choose_preset("cpu", images=300), choose_preset("cpu", images=300, tuning=True)
    assert torch.equal(setting.dataset.train.images, tuning.dataset.train.images)
    whole = subsample(clothes, factor=2).train.images
    assert torch.equal(tuning.dataset.test.images, whole[300:2300])
    with pytest.raises(ScaleLabError, match="fewer than 5000"):
        choose_preset("cpu", images=5000, tuning=True)


def test_shrinking_keeps_the_mean():
    images = some(50)
    half = shrink(images, 2)
    assert half.images.shape == (50, 1, 14, 14)
    assert half.images.float().mean().item() == pytest.approx(images.images.float().mean().item(), abs=0.1)
    assert shrink(images, 1) is images


@pytest.mark.parametrize(("options", "said"), [({"factor": 3}, "divisor"), ({"images": 6000}, "1 to 5000")])
def test_what_cannot_be_is_one_sentence(clothes, options, said):
    with pytest.raises(ScaleLabError, match=said):
        subsample(clothes, **options)
