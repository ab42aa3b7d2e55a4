"""The submission gets the training part and nothing else; every submission of a class gets the same."""

import pytest
import torch

from scalelab.data import Dataset, read_cifar10
from scalelab.errors import ScaleLabError
from scalelab.grade.run.class_numbers import draw_class_numbers
from scalelab.grade.run.handout import make_handout


def test_what_is_written_is_the_training_part_alone(handout, tmp_path):
    handout.write(tmp_path / "data")
    given = read_cifar10(tmp_path / "data")
    assert torch.equal(given.train.images, handout.train.images)
    assert torch.equal(given.train.labels, handout.train.labels)
    assert given.test is None
    written = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert not any(image.numpy().tobytes() in written for image in handout.test.images)


def test_with_other_numbers_the_classes_are_the_same_images_and_have_no_names(handout, tmp_path):
    numbers = draw_class_numbers(10)
    handout.write(tmp_path / "data", numbers)
    given = read_cifar10(tmp_path / "data")
    assert torch.equal(given.train.images, handout.train.images)
    assert [numbers[label] for label in handout.train.labels] == given.train.labels.tolist()
    assert not set(given.classes) & set(handout.classes)


def test_no_class_keeps_its_number_and_no_two_share_one():
    drawn = {draw_class_numbers(10) for _ in range(200)}
    assert len(drawn) > 190
    assert all(sorted(numbers) == [*range(10)] for numbers in drawn)
    assert all(numbers[label] != label for numbers in drawn for label in range(10))
    assert draw_class_numbers(2) == (1, 0)
    with pytest.raises(ValueError, match="no other number"):
        draw_class_numbers(1)


def test_everybody_gets_the_same_images(dataset):
    one, other = make_handout(dataset, 500), make_handout(dataset, 500)
    assert torch.equal(one.train.images, other.train.images)
    assert len(one.train) == 500


def test_inputs_are_standardised_by_the_training_part(handout):
    X = handout.inputs(handout.train)
    assert X.mean((0, 2, 3)).abs().max() < 1e-4
    assert (X.std((0, 2, 3)) - 1).abs().max() < 1e-3


def test_too_few_images_or_no_test_part_cannot_grade(dataset):
    with pytest.raises(ScaleLabError, match="asks for 1000000 training images"):
        make_handout(dataset, 1_000_000)
    with pytest.raises(ScaleLabError, match="no test images"):
        make_handout(Dataset(dataset.train, None, dataset.classes, dataset.source), 100)
