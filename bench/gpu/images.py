"""CIFAR-10 small enough to travel: sheets of images as JPEG, 30 MB in place of 184.

    images.py SHEETS FOLDER      unpacks the sheets into FOLDER, in CIFAR-10's binary layout

An image is a whole number of JPEG's squares of 8 x 8 pixels, so none runs into its neighbours. What comes out is not
CIFAR-10 to the bit (root mean square error of about 2 of 255 levels), and the library names it "other encoding".
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
import paths  # noqa: F401
import torch
from PIL import Image

from scalelab.data import load, write_cifar10
from scalelab.data.images import Images

QUALITY = 90
SIDE = 50  # images in a row of a sheet, and rows


def pack_images(folder: Path) -> str:
    """Leave the sheets and the labels in `folder`; in words, what was packed."""
    data = load("cifar10")
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", data.train), ("test", data.test)):
        for number, images in enumerate(part.images.split(SIDE * SIDE)):
            (folder / f"{name}-{number:03}.jpg").write_bytes(sheet(images.numpy()))
    labels = {name: part.labels.tolist() for name, part in (("train", data.train), ("test", data.test))}
    (folder / "labels.json").write_text(json.dumps(labels | {"classes": data.classes}, separators=(",", ":")))
    return data.source


def sheet(images: np.ndarray) -> bytes:
    """Images (N, 3, 32, 32), N at most SIDE * SIDE, side by side."""
    filled = np.zeros((SIDE * SIDE, 3, 32, 32), np.uint8)
    filled[: len(images)] = images
    pixels = filled.reshape(SIDE, SIDE, 3, 32, 32).transpose(0, 3, 1, 4, 2).reshape(SIDE * 32, SIDE * 32, 3)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def images_of(content: bytes) -> np.ndarray:
    """The images of a sheet, (SIDE * SIDE, 3, 32, 32)."""
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    return pixels.reshape(SIDE, 32, SIDE, 32, 3).transpose(0, 2, 4, 1, 3).reshape(-1, 3, 32, 32)


def unpack_images(folder: Path, out: Path) -> None:
    """Write what `pack_images` has left in `folder` as CIFAR-10's binary files."""
    labels = json.loads((folder / "labels.json").read_text())
    parts = []
    for name in ("train", "test"):
        sheets = [images_of(file.read_bytes()) for file in sorted(folder.glob(f"{name}-*.jpg"))]
        images = torch.from_numpy(np.concatenate(sheets)[: len(labels[name])].copy())
        parts.append(Images(images, torch.tensor(labels[name])))
    write_cifar10(out, *parts, tuple(labels["classes"]))


if __name__ == "__main__":
    unpack_images(Path(sys.argv[1]), Path(sys.argv[2]))
