"""Temporary files of a grader that was killed do not pile up."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from scalelab.grade.classroom.scratch import machine_folder, scratch

IS_KILLED = """
import os, signal, tempfile
from scalelab.grade.classroom.scratch import scratch
with scratch():
    print(tempfile.mkdtemp(), flush=True)
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
