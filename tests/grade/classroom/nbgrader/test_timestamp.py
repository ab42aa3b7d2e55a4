"""The time of handing in lies among a student's files, so whatever may stand there."""

import os

import pytest

from scalelab.grade.classroom.nbgrader.timestamp import read_time


@pytest.mark.parametrize("words", ["2026-11-24 20:00:00 UTC", "2026-11-24 20:00:00.123 Europe/Berlin\n"])
def test_what_nbgrader_writes_is_a_time(tmp_path, words):
    (tmp_path / "timestamp.txt").write_text(words)
    assert read_time(tmp_path / "timestamp.txt") == words.strip()


@pytest.mark.parametrize(
    "raw",
    [b"", b"yesterday", b"\xff\xfe", b"9" * 50, b"2026-13-45 99:99 UTC", b"9999-12-31 23:59:59 -99999999999999",
     b"2026-11-24 20:00:00 UTC" + b" " * 100_000],
    ids=["empty", "words", "not UTF-8", "digits", "no such day", "no such zone", "long"],
)  # fmt: skip
def test_anything_else_is_none(tmp_path, raw):
    (tmp_path / "timestamp.txt").write_bytes(raw)
    assert read_time(tmp_path / "timestamp.txt") is None


def test_no_link_is_followed_no_pipe_waited_for(tmp_path):
    (tmp_path / "real").write_text("2026-11-24 20:00:00 UTC")
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "nothing"):
        assert read_time(tmp_path / name) is None
