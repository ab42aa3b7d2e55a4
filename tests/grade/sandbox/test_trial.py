"""Where no sandbox can be had, the grader refuses, says why and what to do."""

from types import SimpleNamespace

import pytest

from scalelab.errors import ScaleLabError
from scalelab.grade.sandbox import trial


@pytest.fixture(autouse=True)
def forget():
    trial.trouble.cache_clear()
    yield
    trial.trouble.cache_clear()


def test_here_one_can_be_had():
    assert trial.trouble() is None
    trial.require()


def test_without_bubblewrap_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(trial.shutil, "which", lambda _: None)
    with pytest.raises(ScaleLabError, match=r"bubblewrap is not installed.*apt install bubblewrap"):
        trial.require()


def test_a_kernel_that_forbids_it_gives_its_own_words(monkeypatch):
    said = SimpleNamespace(returncode=1, stderr="bwrap: No permissions to create new namespace\n")
    monkeypatch.setattr(trial.subprocess, "run", lambda *_, **__: said)
    with pytest.raises(ScaleLabError, match="No permissions to create new namespace") as refused:
        trial.require()
    assert "user namespaces" in str(refused.value)
