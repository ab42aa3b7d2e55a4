"""As `rewrites_for_ever`, with file times of long ago, and the same inode and size."""

import itertools
import os
from pathlib import Path

from scalelab.models import build
from scalelab.train import save_checkpoint

paths = [save_checkpoint(build("small-resnet"), "out", epoch) for epoch in (1, 2)]
content = Path(paths[0]).read_bytes()
for count in itertools.count():
    with open(paths[count % 2], "r+b") as file:
        file.write(content)
    os.utime(paths[count % 2], (0, 0))
