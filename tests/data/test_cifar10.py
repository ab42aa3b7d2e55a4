"""Every layout of CIFAR-10 gives the images that went in, or one sentence that says what is wrong."""

import gzip
import hashlib
import pickle
import re
import tarfile
from dataclasses import replace

import pytest
import torch

from scalelab.data import catalogue
from scalelab.data.checksum import checksum
from scalelab.data.cifar10 import read_cifar10, write_cifar10
from scalelab.errors import ScaleLabError

CLASSES = catalogue.CIFAR10_CLASSES


def same(left, right):
    return torch.equal(left.images, right.images) and torch.equal(left.labels, right.labels)


def layout(craft, kind, parts):
    """The files of one layout: {name inside an archive: content}."""
    if kind == "binary":
        return {f"cifar-10-batches-bin/{name}.bin": craft.binary_batch(part) for name, part in parts.items()}
    if kind == "python 2":
        return {f"cifar-10-batches-py/{name}": craft.py2_batch(part) for name, part in parts.items()}
    protocol = int(kind[-1])
    return {f"cifar-10-batches-py/{name}": craft.py3_batch(part, protocol) for name, part in parts.items()}


KINDS = ["binary", "python 2", "python 3 protocol 2", "python 3 protocol 4"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_layout_gives_back_its_images_in_order(craft, images, tmp_path, kind, packed):
    # Packed in an order of its own, as the publisher's archives are.
    parts = {name: images(5, seed) for seed, name in enumerate(["data_batch_2", "test_batch", "data_batch_1"])}
    contents = layout(craft, kind, parts)
    path = craft.archive(tmp_path / "a.tar.gz", contents) if packed else craft.folder(tmp_path / "a", contents)
    dataset = read_cifar10(path)
    assert torch.equal(dataset.train.images, torch.cat([parts["data_batch_1"].images, parts["data_batch_2"].images]))
    assert torch.equal(dataset.train.labels, torch.cat([parts["data_batch_1"].labels, parts["data_batch_2"].labels]))
    assert same(dataset.test, parts["test_batch"])
    assert dataset.classes == CLASSES
    assert re.fullmatch(r"CIFAR-10 \(other encoding, sha256 [0-9a-f]{12}\)", dataset.source)


def test_the_crafted_python_2_pickle_is_one_that_numpy_itself_reads(craft, images):
    part = images(300)  # more than 255, so that both ways to write a number occur
    batch = pickle.loads(craft.py2_batch(part), encoding="bytes")
    assert set(batch) == {b"data", b"labels", b"batch_label", b"filenames"}
    assert torch.equal(torch.from_numpy(batch[b"data"].copy()).view(-1, 3, 32, 32), part.images)
    assert batch[b"labels"] == part.labels.tolist()


def test_packed_and_unpacked_files_have_one_name(craft, images, tmp_path):
    contents = layout(craft, "binary", {"data_batch_1": images(3), "test_batch": images(2)})
    packed = read_cifar10(craft.archive(tmp_path / "a.tar.gz", contents))
    assert packed.source == read_cifar10(craft.folder(tmp_path / "a", contents)).source


def test_usual_subfolder_is_found(craft, images, tmp_path):
    contents = layout(craft, "binary", {"data_batch_1": images(3)})
    craft.folder(tmp_path / "cifar-10-batches-bin", contents)
    assert len(read_cifar10(tmp_path).train) == 3


def test_one_training_batch_without_test_batch_is_enough(craft, images, tmp_path):
    dataset = read_cifar10(craft.folder(tmp_path, layout(craft, "binary", {"data_batch_3": images(4)})))
    assert len(dataset.train) == 4
    assert dataset.test is None


@pytest.mark.parametrize("count", [1, 4, 5, 23])
def test_what_is_written_reads_back_exactly(images, tmp_path, count):
    train, test = images(count, 1), images(3, 2)
    write_cifar10(tmp_path / "new", train, test, CLASSES)
    dataset = read_cifar10(tmp_path / "new")
    assert same(dataset.train, train)
    assert same(dataset.test, test)
    assert [file.name for file in tmp_path.iterdir()] == ["new"]


def test_writing_again_leaves_nothing_of_before(images, tmp_path):
    write_cifar10(tmp_path, images(20), images(5), CLASSES, source="stand-in images")
    write_cifar10(tmp_path, images(2), None, CLASSES)
    dataset = read_cifar10(tmp_path)
    assert len(dataset.train) == 2
    assert dataset.test is None
    assert "other encoding" in dataset.source


def test_the_images_at_hand_survive_the_round_trip(some_images, tmp_path):
    write_cifar10(tmp_path, some_images.train, some_images.test, some_images.classes, some_images.source)
    dataset = read_cifar10(tmp_path)
    assert same(dataset.train, some_images.train), some_images.source
    assert same(dataset.test, some_images.test), some_images.source
    assert dataset.classes == tuple(some_images.classes)


def test_a_failed_write_leaves_the_old_files(images, tmp_path, monkeypatch):
    write_cifar10(tmp_path / "data", images(20), None, CLASSES)
    wrong = replace(images(2), labels=torch.tensor([3, 12]))
    with pytest.raises(ScaleLabError, match="0 to 9"):
        write_cifar10(tmp_path / "data", images(30), wrong, CLASSES)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ScaleLabError, match="Could not write"):
        write_cifar10(blocked, images(2), None, CLASSES)
    assert len(read_cifar10(tmp_path / "data").train) == 20
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "file"]


def test_standin_images_are_never_called_cifar10(images, tmp_path):
    write_cifar10(tmp_path, images(5), None, CLASSES, source="stand-in images")
    assert read_cifar10(tmp_path).source == "stand-in images"


def test_a_note_cannot_make_other_images_official(images, tmp_path):
    write_cifar10(tmp_path, images(5), None, CLASSES, source="CIFAR-10 (official)")
    assert "other encoding" in read_cifar10(tmp_path).source


def test_the_publishers_files_are_official_even_in_part(craft, images, tmp_path, monkeypatch):
    contents = layout(craft, "python 2", {"data_batch_1": images(3), "test_batch": images(2)})
    for name, content in contents.items():
        file = name.rpartition("/")[2]
        monkeypatch.setitem(catalogue.CIFAR10_FILES, file, checksum_of(content, "md5"))
    assert read_cifar10(craft.archive(tmp_path / "a.tar.gz", contents)).source == "CIFAR-10 (official)"
    folder = craft.folder(tmp_path / "a", contents)
    (folder / "test_batch").unlink()
    assert read_cifar10(folder).source == "CIFAR-10 (official)"
    (folder / "test_batch").write_bytes(craft.py2_batch(images(2, seed=9)))
    assert "other encoding" in read_cifar10(folder).source


def checksum_of(content, algorithm):
    known = f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
    assert checksum(content, known) == known
    return known


def write_bytes(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_each_damage_is_one_sentence(craft, images, tmp_path):
    whole = craft.binary_batch(images(3))
    cases = {
        "truncated": {"data_batch_1.bin": whole[:-1]},
        "empty": {"data_batch_1.bin": b""},
        "label": {"data_batch_1.bin": bytes([10]) + whole[1:]},
        "test only": {"test_batch.bin": whole},
        "nothing": {},
        "mixed": {"data_batch_1.bin": whole, "data_batch_2": craft.py2_batch(images(2))},
        "classes": {"data_batch_1.bin": whole, "batches.meta.txt": b"cat\ndog\n"},
    }
    words = {
        "truncated": "9218 bytes",
        "empty": "0 bytes",
        "label": "image 0 has 10",
        "test only": "training batches",
        "nothing": "found none",
        "mixed": "mixes",
        "classes": "has 2",
    }
    for case, contents in cases.items():
        assert_one_sentence(craft.folder(tmp_path / case, contents), words[case])
    assert_one_sentence(tmp_path / "missing", "nothing is there")
    assert_one_sentence(write_bytes(tmp_path / "no.tar.gz", b"<html>not found</html>"), "not gzip")
    assert_one_sentence(write_bytes(tmp_path / "text.tar.gz", gzip.compress(b"hello" * 999)), "not a tar")


def assert_one_sentence(path, words):
    with pytest.raises(ScaleLabError) as caught:
        read_cifar10(path)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert message.endswith(".")


def test_an_archive_cut_anywhere_is_refused(craft, images, tmp_path):
    contents = layout(craft, "binary", {f"data_batch_{k}": images(2, k) for k in range(1, 6)})
    whole = craft.archive(tmp_path / "a.tar.gz", contents).read_bytes()
    for cut in [2, 10, 11, 100, *range(500, len(whole), 1301), *range(len(whole) - 12, len(whole))]:
        path = write_bytes(tmp_path / "cut.tar.gz", whole[:cut])
        with pytest.raises(ScaleLabError):
            read_cifar10(path)


def test_a_flipped_byte_in_an_archive_is_refused(craft, images, tmp_path):
    whole = craft.archive(tmp_path / "a.tar.gz", layout(craft, "binary", {"data_batch_1": images(9)})).read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0x10
    with pytest.raises(ScaleLabError):
        read_cifar10(write_bytes(tmp_path / "b.tar.gz", bytes(damaged)))


def test_an_archive_writes_nothing_and_follows_no_link(craft, images, tmp_path):
    outside = craft.folder(tmp_path / "outside", {"secret": craft.binary_batch(images(3))})
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("data_batch_1.bin")
        link.type, link.linkname = tarfile.SYMTYPE, str(outside / "secret")
        archive.addfile(link)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ScaleLabError, match="found none"):
        read_cifar10(tmp_path / "a.tar.gz")
    assert sorted(tmp_path.rglob("*")) == before


def test_real_data_at_hand_is_whole(real_data, some_images):
    if real_data is None:
        pytest.skip("needs real images: scalelab data cifar10, or $SCALELAB_DATA")
    if some_images.source == "stand-in images":
        pytest.skip("needs real images: $SCALELAB_DATA holds no CIFAR-10")
    dataset = read_cifar10(real_data)
    assert (len(dataset.train), len(dataset.test)) == (50_000, 10_000)
    assert dataset.train.labels.bincount().tolist() == [5000] * 10
    assert dataset.test.labels.bincount().tolist() == [1000] * 10
