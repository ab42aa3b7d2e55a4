"""The idx files of Fashion-MNIST give the images that went in, or one sentence that says what is wrong."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
import torch

from scalelab.data import catalogue
from scalelab.data.fashion_mnist import has_fashion_mnist, read_fashion_mnist
from scalelab.errors import ScaleLabError

TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"


@pytest.fixture
def files(craft, images):
    return craft.fashion(images(7, 1, (1, 28, 28)), images(4, 2, (1, 28, 28)))


@pytest.mark.parametrize("packed", [True, False])
def test_images_come_back_exactly(craft, images, tmp_path, packed):
    train, test = images(7, 1, (1, 28, 28)), images(4, 2, (1, 28, 28))
    dataset = read_fashion_mnist(craft.folder(tmp_path / "fashion-mnist", craft.fashion(train, test, packed)).parent)
    assert torch.equal(dataset.train.images, train.images)
    assert torch.equal(dataset.train.labels, train.labels)
    assert torch.equal(dataset.test.images, test.images)
    assert torch.equal(dataset.test.labels, test.labels)
    assert len(dataset.classes) == 10
    # Plain files have no published checksum, so nothing is claimed about their encoding.
    words = "other encoding" if packed else "unpacked, no published checksum"
    assert re.fullmatch(rf"Fashion-MNIST \({words}, sha256 [0-9a-f]{{12}}\)", dataset.source)


def test_the_publishers_files_are_official(craft, files, tmp_path, monkeypatch):
    for name, content in files.items():
        monkeypatch.setitem(catalogue.FASHION_MNIST_FILES, name, f"md5:{hashlib.md5(content).hexdigest()}")
    assert read_fashion_mnist(craft.folder(tmp_path, files)).source == "Fashion-MNIST (official)"


def test_a_training_part_alone_is_enough(craft, images, tmp_path):
    folder = craft.folder(tmp_path, craft.fashion(images(3, 0, (1, 28, 28)), None))
    assert read_fashion_mnist(folder).test is None


def damaged(content, kind):
    plain = gzip.decompress(content)
    return {
        "truncated gzip": content[: len(content) // 2],
        "no gzip": plain,
        "cut before packing": gzip.compress(plain[:-1]),
        "trailing bytes": gzip.compress(plain + b"x"),
        "trailing garbage": content + b"x",
        "wrong magic": gzip.compress(b"\0\0\x0d" + plain[3:]),
        "only a header": gzip.compress(plain[:6]),
        "empty": b"",
    }[kind]


KINDS = [
    "truncated gzip",
    "no gzip",
    "cut before packing",
    "trailing bytes",
    "trailing garbage",
    "wrong magic",
    "only a header",
    "empty",
]


@pytest.mark.parametrize("name", [TRAIN_IMAGES, TRAIN_LABELS])
@pytest.mark.parametrize("kind", KINDS)
def test_each_damage_is_one_sentence(craft, files, tmp_path, name, kind):
    files[name] = damaged(files[name], kind)
    assert_one_sentence(craft.folder(tmp_path, files), name)


def test_what_does_not_fit_is_one_sentence(craft, images, files, tmp_path):
    other = craft.fashion(images(6, 1, (1, 28, 28)), None)
    small = craft.fashion(images(7, 1, (1, 27, 28)), None)
    labels = gzip.decompress(files[TRAIN_LABELS])
    wrong_label = gzip.compress(labels[:-1] + bytes([11]))
    cases = {
        "has 7 images and 6 labels": files | {TRAIN_LABELS: other[TRAIN_LABELS]},
        "(27, 28)": files | {TRAIN_IMAGES: small[TRAIN_IMAGES]},
        "image 6 of `train` has 11": files | {TRAIN_LABELS: wrong_label},
        "train-images-idx3-ubyte.gz": {},
        "t10k-labels-idx1-ubyte.gz": {k: v for k, v in files.items() if not k.startswith("t10k-labels")},
    }
    for number, (words, contents) in enumerate(cases.items()):
        assert_one_sentence(craft.folder(tmp_path / str(number), contents), words)
    assert_one_sentence(tmp_path / "missing", "nothing is there")


def assert_one_sentence(folder, words):
    with pytest.raises(ScaleLabError) as caught:
        read_fashion_mnist(folder)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert message.endswith(".")


def test_real_data_at_hand_is_whole(real_data):
    if real_data is None or not has_fashion_mnist(Path(real_data) / "fashion-mnist"):
        pytest.skip("needs real images: scalelab data fashion_mnist, or $SCALELAB_DATA")
    dataset = read_fashion_mnist(Path(real_data))
    assert dataset.train.images.shape == (60_000, 1, 28, 28)
    assert dataset.test.images.shape == (10_000, 1, 28, 28)
    assert dataset.train.labels.bincount().tolist() == [6000] * 10
