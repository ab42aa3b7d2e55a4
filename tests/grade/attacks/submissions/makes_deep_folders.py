"""Leaves thousands of folders within one another: deeper than a path can name, or a program recurse."""

import os
import time

os.chdir("out")
for number in range(20_000):
    os.mkdir("down")
    os.chdir("down")
time.sleep(600)
