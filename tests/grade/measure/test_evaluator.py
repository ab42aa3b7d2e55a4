"""Only the weights of the very model are loaded, and accuracy is what counting gives."""

import hashlib
import json
import os
import pickle
import struct

import pytest
import torch
from safetensors.torch import load_file, save_file

from scalelab.grade.measure.evaluator import Evaluator
from scalelab.grade.measure.weights import BadCheckpointError, load_weights
from scalelab.models import build
from scalelab.train import save_checkpoint


@pytest.fixture
def path(tmp_path):
    return save_checkpoint(build("small-resnet"), tmp_path, 1)


def with_header(path, change):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])


def edit(path, change):
    weights = load_file(path)
    change(weights)
    save_file(weights, path)


DAMAGE = {
    "empty": (lambda path: path.write_bytes(b""), "not a whole safetensors file"),
    "cut": (lambda path: os.truncate(path, 1000), "not a whole safetensors file"),
    "pickle": (lambda path: path.write_bytes(pickle.dumps({"a": 1})), "not a whole safetensors file"),
    "sparse 40 GB": (lambda path: os.truncate(path, 40 * 10**9), "more bytes than this model can need"),
    "header of 2^60 bytes": (lambda path: path.write_bytes(struct.pack("<Q", 1 << 60) + b"{}"), "not a whole"),
    "missing": (lambda path: edit(path, lambda w: w.pop("head.2.bias")), "does not hold this model's weights"),
    "extra": (lambda path: edit(path, lambda w: w.update(extra=torch.ones(1))), "does not hold this model's"),
    "shape": (
        lambda path: edit(path, lambda w: w.update({"head.2.bias": torch.ones(11)})),
        "as F32 [11] where F32 [10] is expected",
    ),
    "shape of 5,000 dimensions": (
        lambda path: with_header(path, lambda h: h["head.2.bias"].update(shape=[10] + [1] * 4_999)),
        "as F32 of 5,000 dimensions where F32 [10] is expected",
    ),
    "type of 100,000 letters": (
        lambda path: with_header(path, lambda h: h["head.2.bias"].update(dtype="F" * 100_000)),
        "not a whole safetensors file",
    ),
    "type": (
        lambda path: edit(path, lambda w: w.update({"head.2.bias": torch.ones(10).long()})),
        "as I64 [10] where F32 [10] is expected",
    ),
    "offsets": (
        lambda path: with_header(path, lambda h: h["head.2.bias"].update(data_offsets=[0, 40])),
        "not a whole safetensors file",
    ),
    "NaN": (lambda path: edit(path, lambda w: w["head.2.bias"].fill_(float("nan"))), "not finite"),
    "infinite": (lambda path: edit(path, lambda w: w["head.2.bias"].fill_(float("inf"))), "not finite"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_bad_checkpoint_is_refused_with_its_reason(path, kind):
    damage, sentence = DAMAGE[kind]
    damage(path)
    with pytest.raises(BadCheckpointError) as error:
        load_weights(build("small-resnet"), path)
    assert sentence in str(error.value)
    assert path.name in str(error.value)
    assert len(str(error.value)) < 1000


def test_good_weights_are_loaded_to_the_bit(path):
    model = load_weights(build("small-resnet"), path)
    assert all(torch.equal(model.state_dict()[name], tensor) for name, tensor in load_file(path).items())


def test_accuracy_is_what_counting_gives_on_each_part(path, handout):
    """A model that always answers class 3 is right as often as class 3 occurs."""

    def always_3(weights):
        weights["head.2.weight"].zero_()
        weights["head.2.bias"].copy_(torch.eye(10)[3])

    edit(path, always_3)
    numbers = (*range(1, 10), 0)  # class 2 is the one that has number 3
    with Evaluator("small-resnet", handout, "cpu") as evaluator:
        for own, measured in ((3, evaluator.measure(path)), (2, evaluator.measure(path, numbers))):
            assert measured.train_accuracy == pytest.approx((handout.train.labels == own).float().mean().item())
            assert measured.test_accuracy == pytest.approx((handout.test.labels == own).float().mean().item())
            assert measured.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_numbers_so_small_that_a_processor_becomes_slow_count_as_zero(path, handout):
    """All answers are then alike, and the first class is taken."""

    def tiny(weights):
        weights["head.2.weight"].zero_()
        weights["head.2.bias"].copy_(1e-41 * torch.eye(10)[3])

    edit(path, tiny)
    with Evaluator("small-resnet", handout, "cpu") as evaluator:
        measured = evaluator.measure(path)
    assert measured.train_accuracy == pytest.approx((handout.train.labels == 0).float().mean().item())
