"""Divides the data: what a submission gets, and what stays with the grader."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from scalelab.data import Dataset, Images, standardise, statistics, write_cifar10
from scalelab.data.images import STANDIN
from scalelab.data.standin import standin_images
from scalelab.errors import ScaleLabError
from scalelab.grade.run.class_numbers import ClassNumbers, renumber

SHUFFLE_SEED = 0  # every submission of a class gets the same images


@dataclass(frozen=True, eq=False)
class Handout:
    """The training images, which the submission sees, and the test images, which it never does."""

    train: Images
    test: Images
    classes: tuple[str, ...]
    source: str

    def write(self, folder: Path, numbers: ClassNumbers | None = None) -> None:
        """Lay out the training part, and nothing else, in CIFAR-10's binary layout.

        With `numbers` the classes have these, and no names: a name would tell which one it was.
        """
        train, classes = self.train, self.classes
        if numbers is not None:
            train = Images(train.images, renumber(train.labels, numbers))
            classes = tuple(f"class {number}" for number in range(len(numbers)))
        write_cifar10(folder, train, None, classes, self.source)

    def inputs(self, part: Images) -> Tensor:
        """Images as a model is fed them: standardised by the statistics of the training part, float32 (N, C, H, W)."""
        return standardise(part.images, statistics(self.train))


def make_handout(dataset: Dataset, train_images: int) -> Handout:
    """Choose `train_images` of the data set's training images, always the same ones; those of the stand-in are new.

    Raises ScaleLabError where the data set has too few, or no test part.
    """
    if dataset.test is None:
        raise ScaleLabError("The data set has no test images (test_batch.bin), so nothing can be graded by it.")
    if len(dataset.train) < train_images:
        raise ScaleLabError(
            f"The rubric asks for {train_images} training images, but the data set has {len(dataset.train)}."
        )
    test = dataset.test
    if dataset.source == STANDIN:  # whoever has ScaleLab can make those; these are made of what nobody knows
        test = standin_images(len(test), secrets.randbits(64))
    request = torch.randperm(len(dataset.train), generator=torch.Generator().manual_seed(SHUFFLE_SEED))
    return Handout(dataset.train.take(request[:train_images]), test, dataset.classes, dataset.source)
