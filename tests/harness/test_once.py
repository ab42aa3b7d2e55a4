"""What a run's processes share is made once, and never seen half-made."""

import threading

import pytest

from harness.once import once


@pytest.fixture(autouse=True)
def own_run(tmp_path, monkeypatch):
    monkeypatch.setenv("SCALELAB_TEST_RUN", str(tmp_path))


def test_of_many_who_ask_one_makes_it():
    made, seen = [], []

    def make(folder):
        made.append(folder)
        (folder / "file").write_text("whole")

    def ask():
        seen.append((once("thing", make) / "file").read_text())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert seen == ["whole"] * 4


def test_what_failed_in_the_making_is_made_anew():
    def fail(folder):
        (folder / "file").write_text("half")
        raise RuntimeError("it broke")

    with pytest.raises(RuntimeError, match="it broke"):
        once("thing", fail)
    assert (once("thing", lambda folder: (folder / "file").write_text("whole")) / "file").read_text() == "whole"
