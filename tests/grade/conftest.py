"""Images to grade by, and a small handout of them."""

import os
from pathlib import Path

import pytest
import torch

from scalelab.data import Dataset, load
from scalelab.grade.handout import Handout, make_handout


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """CIFAR-10 from $SCALELAB_DATA where that is set, else the stand-in images; `source` says which."""
    return load("cifar10" if os.environ.get("SCALELAB_DATA") else "standin")


@pytest.fixture(scope="session")
def handout(dataset) -> Handout:
    """200 training and 100 held-out images."""
    few = torch.arange(200)
    return make_handout(Dataset(dataset.train.take(few), dataset.test.take(few[:100]), dataset.classes, "a few"), 200)


@pytest.fixture
def submissions() -> Path:
    return Path(__file__).parent / "submissions"
