"""Lays a note wherever it may write, and looks whether an earlier run of it has left one."""

import os
import tempfile
from pathlib import Path

from scalelab.models import build
from scalelab.train import save_checkpoint

NOTE = "scalelab-left-behind"

places = [Path(), Path("out"), Path("data"), Path("/dev/shm"), Path("/tmp"), Path("/var/tmp"), Path("/run"), Path.home()]
places += [Path(tempfile.gettempdir()), Path.home() / ".cache", *map(Path, os.listdir("/"))]
for place in places:
    note = place / NOTE
    if note.exists() and note.read_text() != os.environ["SCALELAB_SEED"]:
        print("SUCCEEDED: found what an earlier run has left in", place)
    try:
        note.write_text(os.environ["SCALELAB_SEED"])
    except OSError:
        continue
for epoch in (1, 2):
    save_checkpoint(build("small-resnet"), "out", epoch)
