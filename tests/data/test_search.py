"""Where a data set is taken from, in which order, and what is said when it is nowhere."""

import time
from pathlib import Path

import pytest
import torch

from scalelab.data.catalogue import CIFAR10_CLASSES
from scalelab.data.cifar10 import write_cifar10
from scalelab.data.images import STANDIN
from scalelab.data.search import find_all, load
from scalelab.errors import ScaleLabError
from scalelab.files.cache import cache_folder


@pytest.fixture
def places(images, tmp_path, monkeypatch):
    """Data of 1 image in a folder of its own, of 2 in $SCALELAB_DATA, of 3 in the cache."""
    folders = [tmp_path / "own", tmp_path / "named" / "cifar-10-batches-bin", cache_folder() / "cifar-10-batches-bin"]
    for count, folder in enumerate(folders, start=1):
        write_cifar10(folder, images(count), None, CIFAR10_CLASSES)
    monkeypatch.setenv("SCALELAB_DATA", str(tmp_path / "named"))
    return tmp_path


def test_a_named_folder_comes_before_the_variable_before_the_cache(places, monkeypatch):
    assert len(load("cifar10", places / "own").train) == 1
    assert len(load("cifar10").train) == 2
    (places / "empty").mkdir()
    monkeypatch.setenv("SCALELAB_DATA", str(places / "empty"))
    assert len(load("cifar10").train) == 3


def test_a_named_folder_is_the_only_one_looked_at(places):
    (places / "empty").mkdir()
    with pytest.raises(ScaleLabError, match="found none"):
        load("cifar10", places / "empty")
    with pytest.raises(ScaleLabError, match="nothing is there"):
        load("cifar10", places / "nowhere")


def test_a_downloaded_archive_is_found(craft, images):
    cache_folder().mkdir(parents=True)
    craft.archive(
        cache_folder() / "cifar-10-python.tar.gz", {"cifar-10-batches-py/data_batch_1": craft.py2_batch(images(4))}
    )
    assert len(load().train) == 4
    assert len(load(folder=cache_folder() / "cifar-10-python.tar.gz").train) == 4
    assert find_all()[0].path == cache_folder() / "cifar-10-python.tar.gz"


def test_damaged_data_is_reported_not_passed_over(places):
    damaged = places / "named" / "cifar-10-batches-bin" / "data_batch_1.bin"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(ScaleLabError, match="records"):
        load("cifar10")


def test_a_variable_that_leads_nowhere_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("SCALELAB_DATA", str(tmp_path / "typo"))
    with pytest.raises(ScaleLabError, match="SCALELAB_DATA"):
        load("cifar10")
    assert len(find_all()) == 3


@pytest.mark.parametrize("name", ["cifar10", "fashion_mnist", "standin"])
def test_without_data_every_name_gives_the_standin(monkeypatch, name):
    monkeypatch.setattr("scalelab.data.standin_kept.kept_standin", lambda: "generated")
    assert load(name) == "generated"


@pytest.mark.parametrize("name", ["cifar10", "fashion_mnist"])
def test_a_folder_that_was_named_is_never_replaced_by_the_standin(name, tmp_path):
    with pytest.raises(ScaleLabError, match=r"found none|it is not there"):
        load(name, tmp_path)


def test_the_standin_names_itself():
    from scalelab.data.standin import standin_dataset

    dataset = standin_dataset(60)
    assert dataset.source == STANDIN
    assert (len(dataset.train), len(dataset.test)) == (50, 10)
    assert dataset.train.images.dtype == torch.uint8


def test_fashion_mnist_is_found_in_the_cache(craft, images):
    craft.folder(cache_folder() / "fashion-mnist", craft.fashion(images(2, 0, (1, 28, 28)), None))
    assert len(load("fashion_mnist").train) == 2


def test_an_unknown_name_is_one_sentence():
    with pytest.raises(ScaleLabError, match="cifar10, fashion_mnist, standin"):
        load("cifar100")


def test_finding_is_quick_and_names_the_places(places):
    begin = time.perf_counter()
    found = {item.name: item for item in find_all()}
    assert time.perf_counter() - begin < 0.5
    assert found["cifar10"].path == places / "named" / "cifar-10-batches-bin"
    assert found["fashion_mnist"].path is None
    assert "generated" in found["standin"].source


def test_the_cache_is_in_the_home_folder_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == tmp_path / ".cache" / "scalelab"
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_folder() == Path("/elsewhere/scalelab")
