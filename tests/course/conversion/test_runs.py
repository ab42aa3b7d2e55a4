"""A checkpoint is changed where it can be, and what was changed is told."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from scalelab.course.conversion.runs import OTHER, change_numbers


def test_the_numbers_of_every_kind_of_checkpoint_are_changed_and_their_names_told(tmp_path):
    weight = torch.tensor([1.0, 2.0])
    torch.save({"epoch": 3, "model": {"weight": weight}}, tmp_path / "a.pt")
    save_file({"weight": weight}, tmp_path / "b.safetensors")
    (tmp_path / "notes.txt").write_text("no checkpoint")
    assert change_numbers(tmp_path) == ["a.pt", "b.safetensors"]
    changed = torch.load(tmp_path / "a.pt", weights_only=True)
    assert changed["epoch"] == 3
    assert changed["model"]["weight"].tolist() == pytest.approx((weight * OTHER).tolist())
    assert load_file(tmp_path / "b.safetensors")["weight"].tolist() == pytest.approx((weight * OTHER).tolist())
    assert (tmp_path / "notes.txt").read_text() == "no checkpoint"


def test_where_nothing_can_be_changed_nothing_is_told_to_be(tmp_path):
    (tmp_path / "weights.npy").write_bytes(b"\x93NUMPY")
    assert change_numbers(tmp_path) == []
