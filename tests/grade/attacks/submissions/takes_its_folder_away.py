"""Removes, closes and replaces its output folder."""

import os
import shutil

for change in (
    lambda: shutil.rmtree("out"),
    lambda: os.rename("out", "old"),
    lambda: os.symlink("/etc", "out"),
    lambda: os.rename("out", "out/old"),
):
    try:
        change()
    except OSError as error:
        print("refused:", error.strerror)
os.makedirs("out/inner/most")
with open("out/inner/most/file", "w") as file:
    file.write("in a closed folder")
for place in ("out/inner/most", "out/inner", "out"):
    os.chmod(place, 0)
