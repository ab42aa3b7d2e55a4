"""Checkpoints come back as they went, and appear whole or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from safetensors.torch import load_file

from scalelab.models import build
from scalelab.train import accuracy, save_checkpoint


def test_weights_and_buffers_come_back_to_the_bit(tmp_path):
    model = build("small-resnet")
    model(torch.randn(8, 3, 32, 32))  # moves the running statistics
    path = save_checkpoint(model, tmp_path / "out", 3)
    assert path.name == "epoch-003.safetensors"
    loaded = load_file(path)
    assert loaded.keys() == model.state_dict().keys()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in model.state_dict().items())
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_failed_save_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = save_checkpoint(build("small-resnet"), tmp_path, 1)
    before = path.read_bytes()

    def half_written(tensors, target):
        target.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr("scalelab.train.checkpoint.save_file", half_written)
    with pytest.raises(OSError, match="no space"):
        save_checkpoint(build("small-resnet"), tmp_path, 1)
    assert path.read_bytes() == before


def test_of_many_that_save_at_once_none_fails_and_the_file_is_whole(tmp_path):
    model = build("small-resnet")
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: save_checkpoint(model, tmp_path, 1), range(64)))
    assert [*tmp_path.iterdir()] == [*paths]
    assert load_file(paths.pop()).keys() == model.state_dict().keys()


def test_accuracy_is_the_share_of_right_answers_and_leaves_the_mode_alone():
    X = torch.eye(10)[torch.arange(1000) % 10]
    y = torch.arange(1000) % 10
    y[:250] = (y[:250] + 1) % 10
    for training in (True, False):
        model = torch.nn.Identity().train(training)
        assert accuracy(model, X, y, batch_size=64) == 0.75
        assert model.training is training
