"""Images to grade by, and a small handout of them."""

import functools
import os
from pathlib import Path

import pytest
import torch
from harness.leftovers import walled_of

from scalelab.data import Dataset, load, write_cifar10
from scalelab.grade.grade import grade as grade_one
from scalelab.grade.measure.warm_evaluator import WarmEvaluator
from scalelab.grade.run.handout import Handout, make_handout

FEW = 600


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """CIFAR-10 from $SCALELAB_DATA where that is set, else the stand-in images; `source` says which."""
    return load("cifar10" if os.environ.get("SCALELAB_DATA") else "standin")


@pytest.fixture(scope="session")
def handout(dataset) -> Handout:
    """200 training and 100 test images."""
    few = torch.arange(200)
    return make_handout(Dataset(dataset.train.take(few), dataset.test.take(few[:100]), dataset.classes, "a few"), 200)


@pytest.fixture
def submissions() -> Path:
    return Path(__file__).parent / "submissions"


@pytest.fixture(scope="session")
def few() -> int:
    """How many training images `small_data` has."""
    return FEW


@pytest.fixture(scope="session")
def small_data(dataset, tmp_path_factory) -> Path:
    """A folder with a few training and 200 test images."""
    folder = tmp_path_factory.mktemp("small")
    some = torch.arange(FEW)
    write_cifar10(folder, dataset.train.take(some), dataset.test.take(some[:200]), dataset.classes, dataset.source)
    return folder


@pytest.fixture(scope="session")
def warm():
    """What measures for one grading after the other."""
    with WarmEvaluator() as warm:
        yield warm


@pytest.fixture
def grade(warm):
    """grade(request): the result."""
    return functools.partial(grade_one, warm=warm)


@pytest.fixture
def in_walls(tmp_path):
    """Gives the processes that live within walls and were given something of this test's folder."""
    return lambda: walled_of(tmp_path)
