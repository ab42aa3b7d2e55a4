"""Shards: what is read is what was written, each image on one rank, and half a file is never taken for a whole one."""

import io
import tarfile

import numpy as np
import pytest
import torch
import webdataset
from hypothesis import given
from hypothesis import strategies as st

from scalelab.data.streaming.shards import find_shards, in_batches, read_shards, shards_of, unpack_image, write_shards
from scalelab.errors import ScaleLabError


@pytest.fixture(scope="module")
def some(images):
    return images(23, shape=(3, 4, 5))


@pytest.fixture
def paths(some, tmp_path):
    return write_shards(tmp_path / "shards", some, 5)


@pytest.mark.parametrize("shards", [1, 5, 23])
def test_what_is_read_is_what_was_written(some, tmp_path, shards):
    paths = write_shards(tmp_path / "made" / "here", some, shards)
    assert len(paths) == shards
    (back,) = in_batches(read_shards(paths), 100)
    assert torch.equal(back.images, some.images)
    assert torch.equal(back.labels, some.labels)
    assert find_shards(tmp_path / "made" / "here") == paths


def test_the_library_reads_them_by_itself_and_so_does_tar(paths, some):
    with tarfile.open(paths[0]) as archive:
        assert archive.getnames()[:2] == ["000000.cls", "000000.npy"]
    samples = list(webdataset.WebDataset([str(path) for path in paths], shardshuffle=False).decode())
    assert [sample["cls"] for sample in samples] == some.labels.tolist()
    assert np.array_equal(samples[-1]["npy"], some.images[-1].numpy())


def test_equal_images_give_equal_bytes_and_shards_of_before_are_gone(some, paths, tmp_path):
    before = [path.read_bytes() for path in paths]
    (paths[0].parent / "notes.txt").write_text("mine")
    write_shards(paths[0].parent, some, 9)
    again = write_shards(paths[0].parent, some, 5)
    assert [path.read_bytes() for path in again] == before
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["notes.txt", *(path.name for path in paths)]


def test_shards_differ_by_one_image_at_most(paths):
    lengths = [len(list(read_shards([path]))) for path in paths]
    assert sum(lengths) == 23
    assert max(lengths) - min(lengths) <= 1


@given(st.integers(1, 9), st.integers(0, 20), st.integers(0, 3), st.integers(0, 3))
def test_ranks_divide_the_shards_without_overlap_and_without_rest(size, more, epoch, seed):
    paths = list(range(size + more))
    parts = [shards_of(paths, rank, size, epoch, seed) for rank in range(size)]
    assert sorted(sum(parts, [])) == paths
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_next_epoch_brings_a_rank_other_shards():
    paths = list(range(64))
    assert len({tuple(shards_of(paths, 0, 4, epoch)) for epoch in range(5)}) == 5


def test_batches_keep_the_order_and_drop_nothing(paths, some):
    parts = list(in_batches(read_shards(paths), 10))
    assert [len(part) for part in parts] == [10, 10, 3]
    assert torch.equal(torch.cat([part.labels for part in parts]), some.labels)


@pytest.mark.parametrize("kept", [0, 100, 512, 3000, -10_240])
def test_a_shard_that_lost_its_end_is_refused(paths, kept):
    paths[1].write_bytes(paths[1].read_bytes()[:kept])
    with pytest.raises(ScaleLabError, match=r"shard-000001\.tar"):
        list(read_shards(paths))


def packed(path, **members):
    with webdataset.TarWriter(str(path), encoder=False) as writer:
        writer.write({"__key__": "000000", **members})
    return path


def as_npy(array):
    return webdataset.numpy_dumps(array)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"npy": as_npy(np.zeros((1, 2, 2), np.uint8))}, r"000000\.cls"),
        ({"cls": b"3"}, r"000000\.npy"),
        ({"npy": as_npy(np.zeros((2, 2), np.uint8)), "cls": b"3"}, r"uint8 \(C, H, W\)"),
        ({"npy": as_npy(np.zeros((1, 2, 2))), "cls": b"3"}, r"uint8 \(C, H, W\)"),
        ({"npy": as_npy(np.zeros((1, 2, 2), np.uint8)), "cls": b"cat"}, "damaged"),
        ({"npy": b"no array", "cls": b"3"}, "damaged"),
        ({"npy": b"", "cls": b"3"}, "damaged"),
        ({"npy": as_npy(np.zeros((1, 2, 2), np.uint8))[:-1], "cls": b"3"}, "damaged"),
        ({"npy": as_npy(np.zeros((1, 2, 2), np.uint8)) + b"0", "cls": b"3"}, "damaged"),
        ({"npy": as_npy(np.zeros((1, 2, 2), object)), "cls": b"3"}, "damaged"),
    ],
)
def test_other_contents_are_refused_in_one_sentence(tmp_path, members, words):
    with pytest.raises(ScaleLabError, match=words) as caught:
        list(read_shards([packed(tmp_path / "odd.tar", **members)]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("array", [np.arange(24, dtype=np.uint8).reshape(2, 3, 4), np.arange(4.0), np.ones((3, 5)).T])
def test_an_array_is_unpacked_as_numpy_does_it(array):
    assert np.array_equal(unpack_image(as_npy(array)), np.load(io.BytesIO(as_npy(array))))


def test_what_is_no_tar_file_is_refused(tmp_path):
    odd = tmp_path / "odd.tar"
    odd.write_bytes(b"no tar file" * 100 + bytes(1024))
    with pytest.raises(ScaleLabError, match=r"odd\.tar"):
        list(read_shards([odd]))


def test_a_shard_that_is_missing_is_named(tmp_path):
    with pytest.raises(ScaleLabError, match=r"gone\.tar"):
        list(read_shards([tmp_path / "gone.tar"]))


@pytest.mark.parametrize(
    "call",
    [
        lambda some, folder: write_shards(folder, some, 0),
        lambda some, folder: write_shards(folder, some, 24),
        lambda some, folder: find_shards(folder),
        lambda some, folder: shards_of([folder], 0, 2),
        lambda some, folder: shards_of([folder], 1, 1),
        lambda some, folder: in_batches([], 0),
    ],
)
def test_impossible_wishes_are_answered_in_one_sentence(some, tmp_path, call):
    with pytest.raises(ScaleLabError, match="; "):
        call(some, tmp_path / "none")


def test_a_full_disk_leaves_the_old_shards(some, paths, monkeypatch):
    before = {path: path.read_bytes() for path in paths}

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(ScaleLabError, match="No space left"):
        write_shards(paths[0].parent, some, 2)
    assert {path: path.read_bytes() for path in find_shards(paths[0].parent)} == before
