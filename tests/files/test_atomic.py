"""What is written is there as a whole or not at all."""

import threading

import pytest

from scalelab.errors import ScaleLabError
from scalelab.files.atomic import replacing, write_file, write_folder


def write_half(path):
    with replacing(path) as unfinished:
        unfinished.write_bytes(b"half")
        raise KeyboardInterrupt


def test_a_writer_that_fails_leaves_the_file_as_it_was_and_nothing_beside(tmp_path):
    write_file(tmp_path / "a", b"before")
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "a")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"before"}


def test_two_writers_at_once_leave_the_file_of_one_of_them(tmp_path):
    texts = [bytes([letter]) * 100_000 for letter in b"abcdefgh"]
    writers = [threading.Thread(target=write_file, args=(tmp_path / "a", text)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (tmp_path / "a").read_bytes() in texts
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_keeps_what_is_not_replaced(tmp_path):
    write_folder(tmp_path / "f", {"a": b"1", "b": b"1"}, replaces=lambda _: False)
    write_folder(tmp_path / "f", {"a": b"2", "c": b"2"}, replaces=lambda name: name == "b")
    assert {path.name: path.read_bytes() for path in (tmp_path / "f").iterdir()} == {"a": b"2", "c": b"2"}


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ScaleLabError, match="Could not write to .*; free some space or choose another folder"):
        write_folder(tmp_path / "file" / "f", {"a": b"1"}, replaces=lambda _: False)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
