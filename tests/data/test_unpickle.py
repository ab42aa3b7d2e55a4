"""A pickle gets nothing but what the real files contain, whatever it asks for."""

import contextlib
import os
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.data.cifar10 import read_cifar10
from scalelab.data.unpickle import unpickle
from scalelab.errors import ScaleLabError


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


FORBIDDEN = {
    "system": os.system,
    "eval": eval,
    "getattr": getattr,
    "load": np.load,
    "frombuffer": np.frombuffer,
}


@pytest.mark.parametrize("name", FORBIDDEN)
@pytest.mark.parametrize("protocol", range(6))
def test_a_forbidden_function_is_named_and_not_called(tmp_path, name, protocol):
    mark = tmp_path / "called"
    content = pickle.dumps({"data": Call(FORBIDDEN[name], f"touch {mark}")}, protocol=protocol)
    with pytest.raises(ScaleLabError, match=rf"asks for [a-z_.]*\.{name}"):
        unpickle(content, "data_batch_1")
    assert not mark.exists()


def test_an_admitted_name_gives_no_way_to_change_it():
    # BUILD with slots on a function or class of ours would stay for every later read.
    attack = b"\x80\x02cnumpy\ndtype\n(N}U\x0c__setstate__cnumpy\ndtype\nstb."
    with pytest.raises(ScaleLabError):
        unpickle(attack, "data_batch_1")
    content = pickle.dumps({"data": np.arange(4, dtype=np.uint8).reshape(2, 2)}, protocol=2)
    assert unpickle(content, "x")["data"].tolist() == [[0, 1], [2, 3]]


def test_a_huge_claim_takes_no_memory():
    # A memo index and a frame of gigabytes mean nothing to this reader, and the dictionary is whole.
    for harmless in (b"\x80\x02}r\xff\xff\xff\x7f.", b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f}."):
        assert unpickle(harmless, "x") == {}
    for claim in (b"\x80\x02T\xff\xff\xff\x7fabc.", b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc."):
        with pytest.raises(ScaleLabError):
            unpickle(claim, "x")


@given(st.binary(max_size=60))
def test_any_bytes_give_a_dictionary_or_a_sentence(content):
    for prefix in (b"", b"\x80\x02", b"\x80\x02cnumpy\ndtype\n"):
        with contextlib.suppress(ScaleLabError):
            assert type(unpickle(prefix + content, "x")) is dict


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_keep_their_order(order):
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    content = pickle.dumps({"data": np.asarray(array, order=order)}, protocol=4)
    assert np.array_equal(unpickle(content, "x")["data"], array)


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        ({"labels": [1]}, "NoneType"),
        ({"data": np.zeros((2, 3072), np.int64), "labels": [1, 2]}, "something other than bytes"),
        ({"data": np.zeros((2, 99), np.uint8), "labels": [1, 2]}, r"\(2, 99\)"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [1]}, "2 images and 1 labels"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [1, 10]}, "image 1 has"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [1, -(2**80)]}, "image 1 has"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [1, 0.5]}, "whole numbers"),
        ([1, 2], "instead of a dictionary"),
    ],
)
def test_a_batch_of_the_wrong_kind_is_one_sentence(tmp_path, batch, words):
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(batch, protocol=4))
    with pytest.raises(ScaleLabError, match=words):
        read_cifar10(tmp_path)


def test_a_truncated_batch_is_one_sentence(craft, images, tmp_path):
    whole = craft.py2_batch(images(2))
    for cut in (0, 1, 40, len(whole) // 2, len(whole) - 1):
        (tmp_path / "data_batch_1").write_bytes(whole[:cut])
        with pytest.raises(ScaleLabError, match="truncated or damaged"):
            read_cifar10(tmp_path)


def test_class_names_of_the_python_layout_are_read(craft, images, tmp_path):
    names = [f"kind {k}" for k in range(10)]
    contents = {
        "data_batch_1": craft.py2_batch(images(2)),
        "batches.meta": pickle.dumps({b"label_names": [name.encode() for name in names], b"num_vis": 3072}, protocol=2),
    }
    assert read_cifar10(craft.folder(tmp_path, contents)).classes == tuple(names)
