"""A limit is as long as the machine makes it, the same for all processes of a run."""

import pytest

from harness import patience
from harness.run_folder import run_folder


@pytest.fixture
def slow(monkeypatch, tmp_path):
    """A machine on which things take three times as long."""
    patience.slowness.cache_clear()
    monkeypatch.setenv("SCALELAB_TEST_RUN", str(tmp_path))
    monkeypatch.setattr(patience, "_start_two", lambda: 3 * patience.QUIET_SECONDS)
    yield
    patience.slowness.cache_clear()


def test_it_is_measured_once_and_shared(slow, monkeypatch):
    assert patience.seconds(8) == pytest.approx(24)
    monkeypatch.setattr(patience, "_start_two", lambda: 1000)
    patience.slowness.cache_clear()
    assert patience.seconds(8) == pytest.approx(24)
    assert float((run_folder() / "slowness").read_text()) == pytest.approx(3)


def test_it_is_never_shorter_than_on_a_quiet_machine(slow, monkeypatch):
    monkeypatch.setattr(patience, "_start_two", lambda: 0.1)
    assert patience.seconds(8) == 8


def test_a_condition_is_waited_for(slow):
    answers = iter([False, False, True])
    assert patience.waited(lambda: next(answers), look_every=0)
    assert not patience.waited(lambda: False, quiet=0.01)
