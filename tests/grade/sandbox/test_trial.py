"""Where no sandbox can be had, the grader refuses, says why and what to do."""

from pathlib import Path
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


@pytest.fixture
def bwrap_says(monkeypatch):
    """bwrap_says(sentence): and fails."""

    def say(sentence):
        ended = SimpleNamespace(returncode=1, stderr=f"bwrap: {sentence}\n")
        monkeypatch.setattr(trial.subprocess, "run", lambda *_, **__: ended)

    return say


def test_a_kernel_that_forbids_it_gives_its_own_words(bwrap_says):
    bwrap_says("No permissions to create new namespace")
    with pytest.raises(ScaleLabError, match="No permissions to create new namespace") as refused:
        trial.require()
    assert "user namespaces" in str(refused.value)


def test_in_a_container_with_gpus_it_says_that_no_option_helps(bwrap_says, monkeypatch):
    bwrap_says("Can't mount proc on /newroot/proc: Operation not permitted")
    monkeypatch.setattr(trial, "OVER_PROC", Path("/proc"))  # a mount point, as NVIDIA's is
    why, mend = trial.trouble()
    assert "Can't mount proc" in why
    assert "grade outside this container" in mend
    assert "--security-opt" not in mend
