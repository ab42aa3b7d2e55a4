"""A checkpoint counts from when the grader saw it as it is, whatever its file times say."""

import hashlib
import mmap
import os
from dataclasses import replace

import pytest

from scalelab.grade.run.checkpoint_watch import CheckpointWatch, weights_elsewhere


@pytest.fixture
def watch(tmp_path):
    return CheckpointWatch(tmp_path)


def put(watch, epoch, content=b"weights"):
    path = watch.folder / f"epoch-{epoch:03d}.safetensors"
    path.write_bytes(content)
    return path


def found(watch, budget):
    return [(checkpoint.epoch, checkpoint.seconds) for checkpoint in watch.last(budget)]


def test_the_last_by_epoch_are_given_with_the_second_they_were_seen(watch):
    for epoch, seconds in ((1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)):
        put(watch, epoch)
        watch.look(seconds)
    assert found(watch, 10) == [(2, 2.0), (3, 3.0), (4, 4.0)]


def test_what_came_after_the_budget_does_not_count(watch):
    for epoch, seconds in ((1, 1.0), (2, 2.0), (3, 3.0)):
        put(watch, epoch)
        watch.look(seconds)
    assert found(watch, 2.5) == [(1, 1.0), (2, 2.0)]


def test_a_changed_file_counts_from_its_change_even_with_forged_times(watch):
    path = put(watch, 1)
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    watch.look(1.0)
    path.write_bytes(b"WEIGHTS")
    os.utime(path, ns=times)
    watch.look(5.0)
    assert found(watch, 10) == [(1, 5.0)]
    assert found(watch, 4) == []


def test_a_file_that_is_filled_through_a_map_of_it_counts_from_then_on_or_is_seen_to_differ(watch):
    path = put(watch, 1, bytes(4096))
    times = path.stat()
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 4096) as view:
        watch.look(1.0)
        view[:7] = b"weights"
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        watch.seen = {path.name: replace(watch.seen[path.name], signature=watch._signatures()[path.name])}
        watch.look(1.5)  # settling: the bytes are looked at
        assert found(watch, 10) == [(1, 1.5)]
        view[:7] = b"WEIGHTS"
        watch.seen = {path.name: replace(watch.seen[path.name], signature=watch._signatures()[path.name])}
        watch.look(5.0)
    (checkpoint,) = watch.last(10)
    assert checkpoint.seconds == 1.5
    assert checkpoint.sha256 != hashlib.sha256(path.read_bytes()).hexdigest()


def test_only_the_bytes_of_the_last_files_are_read_and_of_none_that_is_too_large(watch, monkeypatch):
    read = []
    monkeypatch.setattr(hashlib, "sha256", lambda content: read.append(len(content)) or hashlib.md5(content))
    for epoch in range(1, 1000):
        put(watch, epoch)
    with put(watch, 1000).open("r+b") as file:
        file.truncate(1 << 40)
    watch.look(1.0)
    watch.look(9.0)
    assert len(read) <= 4


def test_one_that_counts_only_since_later_ones_were_taken_away_counts_from_then_on(watch):
    for epoch in (1, 2, 3, 4):
        put(watch, epoch)
    watch.look(1.0)
    (watch.folder / "epoch-004.safetensors").unlink()
    watch.look(9.0)
    assert found(watch, 10) == [(1, 9.0), (2, 1.0), (3, 1.0)]
    assert all(checkpoint.sha256 for checkpoint in watch.last(10))


def test_only_regular_files_with_a_checkpoints_name_count(watch, tmp_path):
    real = put(watch, 1)
    (tmp_path / "epoch-002.safetensors").symlink_to(real)
    os.mkfifo(tmp_path / "epoch-003.safetensors")
    (tmp_path / "epoch-004.safetensors").mkdir()
    for name in ("epoch-1.safetensors", "epoch-005.part", "epoch-٠٠٦.safetensors", "model.safetensors"):
        (tmp_path / name).write_bytes(b"")
    watch.look(1.0)
    assert found(watch, 10) == [(1, 1.0)]


def test_a_submission_that_takes_its_folder_away_does_not_stop_the_grader(watch):
    put(watch, 1)
    watch.look(1.0)
    (watch.folder / "epoch-001.safetensors").unlink()
    watch.folder.rmdir()
    watch.look(2.0)
    assert found(watch, 10) == []
    watch.folder.mkdir()
    put(watch, 1)
    watch.look(3.0)
    assert found(watch, 10) == [(1, 3.0)]


@pytest.mark.parametrize(
    "name", ["model.pt", "checkpoints/epoch-001.safetensors", "checkpoints/epoch_1.pt", "last.ckpt"]
)
def test_weights_of_another_name_or_place_are_said_where_checkpoints_are_missing(watch, name):
    (watch.folder / name).parent.mkdir(exist_ok=True)
    (watch.folder / name).write_bytes(b"weights")
    watch.look(1.0)
    assert watch.passed_over(10).startswith(f"{name} lay there")


def test_nothing_is_said_of_them_beside_two_checkpoints_or_where_they_cannot_be_said(watch):
    for epoch in (1, 2):
        put(watch, epoch)
    (watch.folder / "extra.pt").touch()
    watch.look(1.0)
    assert watch.passed_over(10) == ""
    assert weights_elsewhere(watch.folder) == ["extra.pt"]
    (watch.folder / "\x1b[31m.pt").touch()
    (watch.folder / "log.txt").touch()
    (watch.folder / "away").symlink_to("/")
    assert weights_elsewhere(watch.folder) == ["extra.pt"]
