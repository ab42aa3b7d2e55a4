"""Room that a program takes by files without a name is noticed, wherever it holds them; and a disk that is nearly full.

How much is free is told by the test: others use this machine's disk too.
"""

import os

import pytest

from scalelab.launch.launch import EndJobError
from scalelab.sandbox.deleted_files import MARGIN, DeletedFiles

HOLDS = r"""
import ctypes, mmap, os, signal, sys, threading

def make(name):
    held = os.open(name, os.O_CREAT | os.O_RDWR | os.O_EXCL)
    os.unlink(name)
    os.write(held, bytes(8_000_000))
    return held

def in_a_thread():
    ctypes.CDLL(None).unshare(0x400)  # CLONE_FILES: from here on its open files are its own
    make("hidden")
    print("ready", flush=True)
    signal.pause()

how = sys.argv[1]
if how == "open in a thread":
    threading.Thread(target=in_a_thread).start()
elif how == "open":
    make("hidden")
elif how == "mapped":
    held = make("hidden\x1c\u2028 (deleted)")  # a name that may trip up whoever reads it
    kept = mmap.mmap(held, 8_000_000)
    os.closerange(held, 100)
elif how == "in memory":
    os.write(os.memfd_create("hidden"), bytes(8_000_000))
elif how == "let go":
    os.close(make("hidden"))
if how != "open in a thread":
    print("ready", flush=True)
signal.pause()
"""
NOTICES = """
import os, subprocess, sys
from pathlib import Path
from scalelab.sandbox import SandboxSpec, wrap_command
from scalelab.sandbox.deleted_files import DeletedFiles
from scalelab.launch.command import python
holds, folder, how = sys.argv[1:]
device = os.fstat(os.memfd_create("example")).st_dev if how == "in memory" else os.stat(folder).st_dev
left = [20_000_000] + [12_000_000] * 9
unseen = DeletedFiles(lambda: left.pop(0), device, 5e6)
command = wrap_command(SandboxSpec(write=[Path(folder)]), [python(), "-c", holds, how])
with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder) as program:
    program.stdout.readline()
    print(unseen.too_much())
    program.kill()
"""


@pytest.mark.parametrize("how", ["open", "open in a thread", "mapped", "in memory"])
def test_room_held_by_a_file_without_a_name_is_noticed(python_by, open_folder, how):
    done = python_by(NOTICES, HOLDS, open_folder, how, env=os.environ)
    assert done.stdout == "True\n", done.stderr


def test_room_that_was_let_go_of_is_not_held_against_it(python_by, open_folder):
    done = python_by(NOTICES, HOLDS, open_folder, "let go", env=os.environ)
    assert done.stdout == "False\n", done.stderr


def disk(*left: float) -> DeletedFiles:
    """With so much left when the run begins, and when it is looked at; a run may have 1 GB and is to leave 2."""
    told = list(left) + [left[-1]] * 9
    return DeletedFiles(lambda: told.pop(0), -1, 1e9, 2e9)


def test_a_disk_that_is_nearly_full_ends_the_run_whoever_filled_it():
    with pytest.raises(EndJobError, match="less than 2 GB of the disk were left, whoever took the rest"):
        disk(9e9, 1.9e9).too_much()


def test_others_may_fill_it_as_long_as_enough_is_left_or_the_run_cannot_have_been_the_cause():
    assert not disk(90e9, 2.1e9).too_much()
    assert not disk(2.1e9, 2.1e9 - 1e9 - MARGIN).too_much()
