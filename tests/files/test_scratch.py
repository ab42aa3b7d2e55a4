"""Temporary files of a grader that was killed do not pile up."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from scalelab.errors import ScaleLabError
from scalelab.files.scratch import machine_folder, own_folder, scratch

IS_KILLED = """
import os, signal, tempfile
from scalelab.files.scratch import scratch
with scratch():
    print(tempfile.mkdtemp(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
IS_KILLED_WHILE_IT_MEASURES = """
import os, signal, torch
from scalelab.data import Images
from scalelab.grade.measure.evaluator import Evaluator
from scalelab.grade.run.handout import Handout
train, test = (Images(torch.randint(256, (8, 3, 32, 32), dtype=torch.uint8), torch.arange(8)) for _ in range(2))
evaluator = Evaluator("small-resnet", Handout(train, test, (), ""), "cpu")
print(evaluator.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def own_machine_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    machine_folder.cache_clear()
    yield
    machine_folder.cache_clear()


def test_they_are_cleared_by_the_next_one_and_those_in_use_stay():
    with scratch():
        mine = tempfile.mkdtemp()
        left = subprocess.run([sys.executable, "-c", IS_KILLED], capture_output=True, text=True).stdout.strip()
        assert Path(left).is_dir()
        outer = tempfile.tempdir
        with scratch():
            assert not Path(left).exists()
            assert Path(mine).is_dir()
        assert tempfile.tempdir == outer
    assert not Path(mine).exists()


def test_images_of_a_killed_grader_do_not_stay():
    left = subprocess.run([sys.executable, "-c", IS_KILLED_WHILE_IT_MEASURES], capture_output=True, text=True).stdout
    images = Path(left.strip()) / "images.safetensors"
    assert images.is_file()
    with own_folder():
        assert not images.exists()


@pytest.mark.parametrize("kind", ["open to all", "a link"])
def test_a_folder_that_others_have_laid_there_is_not_used(tmp_path, kind):
    folder = machine_folder()
    machine_folder.cache_clear()
    if kind == "a link":
        folder.rename(tmp_path / "other")
        folder.symlink_to(tmp_path / "other")
    else:
        folder.chmod(0o777)
    with pytest.raises(ScaleLabError, match="not this user's alone"):
        machine_folder()
