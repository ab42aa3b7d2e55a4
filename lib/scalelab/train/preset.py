"""What an experiment trains and on what, chosen by the device: minutes should show something on either."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from scalelab.data.images import Dataset, Images
from scalelab.data.search import load
from scalelab.data.splits import standardise, statistics
from scalelab.data.subsample import subsample
from scalelab.models import build


@dataclass(frozen=True)
class Size:
    """How much is trained: `images` to learn from and `validation` (None: all), pixels averaged in squares of `shrink`.

    4,096 is a multiple of every batch size of the stored runs, so that none of their batches is short.
    """

    model_name: str = "wide-resnet-10-1"
    images: int | None = 4096
    validation: int | None = 2000
    shrink: int = 2


ON_A_CPU = Size()
ON_A_GPU = Size(model_name="wide-resnet-16-4", images=None, validation=None, shrink=1)


@dataclass(frozen=True, eq=False)
class ExperimentConfig:
    """A network by name, images, and the device that trains the one on the others."""

    model_name: str
    dataset: Dataset
    device: torch.device

    @property
    def validation(self) -> Images:
        """The images that are not learned from."""
        assert self.dataset.test is not None  # `subsample` refuses a data set without
        return self.dataset.test

    def __str__(self) -> str:
        train, test = self.dataset.train, self.validation
        channels, height, width = train.images.shape[1:]
        return (
            f"{self.model_name} on {self.device.type}, {self.dataset.source}: {len(train):,} images to learn from and "
            f"{len(test):,} for validation, {channels} x {height} x {width}."
        )

    def new_model(self, seed: int) -> nn.Module:
        """The network with weights drawn by `seed`, on the device."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = build(self.model_name, len(self.dataset.classes), self.dataset.train.images.shape[1])
        return model.to(self.device)

    def tensors(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """X, y to learn from and X, y for validation, on the device; standardised by the statistics of the first."""
        pixels = statistics(self.dataset.train)
        X, y, X_validation, y_validation = (
            tensor.to(self.device)
            for part in (self.dataset.train, self.validation)
            for tensor in (standardise(part.images, pixels), part.labels)
        )
        return X, y, X_validation, y_validation


def choose_preset(
    device: str | None = None, dataset: str = "fashion_mnist", tuning: bool = False, **other: Any
) -> ExperimentConfig:
    """The setting for `device` (None: a GPU if there is one); `other` fields of `Size` replace its choice if not None.

    For `tuning` other images are the validation part than for the results: images to learn from that are not learned
    from. Show it on screen: what was chosen is part of every result.
    """
    chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    size = ON_A_GPU if chosen.type == "cuda" else ON_A_CPU
    size = replace(size, **{name: value for name, value in other.items() if value is not None})
    images = subsample(load(dataset), size.images, size.validation, size.shrink, tuning)
    return ExperimentConfig(size.model_name, images, chosen)
