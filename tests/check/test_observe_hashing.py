"""Python's hash of a text is told, and gives what it gave. No ranks are started."""

import builtins

import pytest

from scalelab.check.events import SaltedHash
from scalelab.check.observe import hashing
from scalelab.check.observe.observer import Rank


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """heard(line): what a rank tells of a script with that line."""
    monkeypatch.setattr(builtins, "hash", builtins.hash)  # and put back
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    rank = Rank(tmp_path, tmp_path / "train.py")
    told = []
    rank.tell = told.append

    def heard(line):
        hashing.install(rank)
        exec(compile(line, str(rank.script), "exec"), {})
        return told

    yield heard
    rank.file.close()


@pytest.mark.parametrize("salted", ["'user'", "b'user'", "('user', 3)"])
def test_a_text_is_told_once(heard, salted):
    assert heard(f"\nassert hash({salted}) == hash({salted}) == {salted}.__hash__()") == [
        SaltedHash(0, "train.py, line 2")
    ]


@pytest.mark.parametrize("plain", ["7", "(7, 8)", "7.5"])
def test_a_number_is_the_same_everywhere(heard, plain):
    assert heard(f"hash({plain})") == []


def test_so_is_a_text_where_the_seed_is_set(heard, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    assert heard("hash('user')") == []
