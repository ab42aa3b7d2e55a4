"""The stand-in images are generated once; whatever becomes of what was kept, they are the same."""

import pytest
import torch
from safetensors import SafetensorError

from scalelab.data import standin_kept
from scalelab.data.standin import standin_dataset
from scalelab.files.cache import cache_folder


@pytest.fixture
def made(monkeypatch):
    """How often they were generated: few of them, which takes no time."""
    count = []

    def make():
        count.append(1)
        return standin_dataset(60)

    monkeypatch.setattr(standin_kept, "standin_dataset", make)
    return count


def expect_the_same(data):
    expected = standin_dataset(60)
    assert (data.source, data.classes) == (expected.source, expected.classes)
    for part, other in ((data.train, expected.train), (data.test, expected.test)):
        assert torch.equal(part.images, other.images)
        assert torch.equal(part.labels, other.labels)


def test_the_second_time_they_are_read(made):
    for _ in range(2):
        expect_the_same(standin_kept.kept_standin())
    assert len(made) == 1
    assert [path.suffix for path in cache_folder().iterdir()] == [".safetensors"]


def test_what_was_cut_off_is_made_anew(made):
    standin_kept.kept_standin()
    (file,) = cache_folder().iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    expect_the_same(standin_kept.kept_standin())
    expect_the_same(standin_kept.kept_standin())
    assert len(made) == 2


def test_where_nothing_can_be_written_they_are_generated_each_time(made, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        expect_the_same(standin_kept.kept_standin())
    assert len(made) == 2


def test_a_full_disk_costs_time_and_nothing_else(made, monkeypatch):
    def full(*_):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(standin_kept, "save_file", full)
    expect_the_same(standin_kept.kept_standin())
    assert list(cache_folder().iterdir()) == []
