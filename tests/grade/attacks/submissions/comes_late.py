"""A second checkpoint that is begun in time and never complete: a byte more with every moment."""

import argparse
import time
from pathlib import Path

from scalelab.models import build
from scalelab.train import save_checkpoint

parser = argparse.ArgumentParser()
parser.add_argument("--data")
parser.add_argument("--out", type=Path)
arguments = parser.parse_args()
first = save_checkpoint(build("small-resnet"), arguments.out, 1)
weights = first.read_bytes()
with (arguments.out / "epoch-002.safetensors").open("wb") as file:
    file.write(weights[:-2000])
    for byte in weights[-2000:]:
        file.write(bytes([byte]))
        file.flush()
        time.sleep(0.1)
