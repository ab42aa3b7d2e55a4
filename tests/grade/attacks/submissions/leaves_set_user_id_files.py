"""Leaves what is kept as programs that anybody may run as who owns them."""

import os

from scalelab.models import build
from scalelab.train import save_checkpoint

for epoch in (1, 2):
    save_checkpoint(build("small-resnet"), "out", epoch)
with open("out/metrics.jsonl", "w") as file:
    file.write("#!/bin/sh\n")
for name in os.listdir("out"):
    os.chmod(f"out/{name}", 0o6777)
os.chmod("out", 0o7777)
