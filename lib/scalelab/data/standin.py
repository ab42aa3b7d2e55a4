"""The embedded stand-in: generated images in CIFAR-10's layout, for when no data set is at hand.

Each image is a scene: a textured ground, clutter, and one shape of the ten classes with its shadow, seen in some
pose, light and colour, partly hidden, through an imperfect camera. The mirror image of a scene is as likely as the
scene, so flipping keeps the class; colour says nothing about it. Neighbouring classes overlap (`standin_shapes`), so
that no model can be right more than 95.2 % of the time; what is hidden, blurred or noisy lowers that further.
"""

import numpy as np
import torch

from scalelab.data.images import STANDIN, Dataset, Images
from scalelab.data.standin_scene import (
    SIZE,
    X,
    Y,
    blur,
    colours,
    cover,
    paint,
    patch,
    per_image,
    texture,
    uniform,
)
from scalelab.data.standin_shapes import CLASSES, distance, draw_morph
from scalelab.errors import ScaleLabError

BATCH = 100  # images rendered at once: their planes stay in a core's cache


def standin_dataset(count: int = 12_000, seed: int = 0) -> Dataset:
    """`count` stand-in images, (N, 3, 32, 32) in ten classes, of which the last sixth is the test part.

    They take about 3 s of one core for 12,000. Raises ScaleLabError for fewer than 6 images.
    """
    if count < 6:
        raise ScaleLabError(
            f"Stand-in images come with a sixth as test images, so 6 is the least, not {count}; ask for more."
        )
    images = standin_images(count, seed)
    cut = count - count // 6
    train = Images(images.images[:cut], images.labels[:cut])
    test = Images(images.images[cut:], images.labels[cut:])
    return Dataset(train=train, test=test, classes=CLASSES, source=STANDIN)


def standin_images(count: int, seed: int) -> Images:
    """`count` stand-in images (N, 3, 32, 32) with their labels; the same seed gives the same bytes.

    numpy draws and paints them: its numbers depend neither on torch's state nor on the number of threads.
    """
    rng = np.random.default_rng(seed)
    # Every ten labels in a row hold each class once, so that both parts of a data set are balanced.
    labels = rng.permuted(np.tile(np.arange(10), (-(-count // 10), 1)), axis=1).reshape(-1)[:count]
    images = np.empty((count, 3, SIZE, SIZE), np.uint8)
    for start in range(0, count, BATCH):
        images[start : start + BATCH] = render(rng, labels[start : start + BATCH])
    return Images(torch.from_numpy(images), torch.from_numpy(labels))


def render(rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    """One scene for each label: (N, 3, SIZE, SIZE) uint8."""
    count = len(labels)
    ground = per_image(rng, 0.25, 0.6, count)
    image = colours(rng, ground) + texture(rng, count, 0.16)[:, None]
    for _ in range(2):
        add_patch(rng, image, reach=(0.5, 1.1), size=(0.08, 0.4), chance=0.6)
    add_shape(rng, image, labels, ground)
    add_patch(rng, image, reach=(0.3, 0.8), size=(0.1, 0.35), chance=0.5)
    return photograph(rng, image)


def add_patch(
    rng: np.random.Generator, image: np.ndarray, reach: tuple[float, float], size: tuple[float, float], chance: float
) -> None:
    """Lay a plain patch of a random colour over some of the images."""
    count = len(image)
    there = rng.random((count, 1, 1)) < chance
    paint(image, there * cover(patch(rng, count, reach, size)), colours(rng, per_image(rng, 0.1, 0.9, count)))


def add_shape(rng: np.random.Generator, image: np.ndarray, labels: np.ndarray, ground: np.ndarray) -> None:
    """Lay the shape that gives the class over the image, with a shadow below it."""
    count = len(labels)
    size, u, v = pose(rng, count)
    part = cover(size * distance(labels, draw_morph(rng, labels), uniform(rng, 0, 1, count), u, v))
    shadow = np.zeros_like(part)
    shadow[:, 2:] = part[:, :-2]
    image *= 1 - (per_image(rng, 0, 0.5, count) * shadow)[:, None]
    # Most shapes are brighter than their ground, as lit things are.
    contrast = per_image(rng, 0.12, 0.45, count) * np.where(rng.random((count, 1, 1)) < 0.85, 1, -0.6)
    colour = colours(rng, (ground + contrast).astype(np.float32)) + texture(rng, count, 0.12)[:, None]
    paint(image, part, colour)


def pose(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each shape's size (N, 1, 1), in half-widths of the image, and every pixel in its frame: u, v (N, H, W)."""
    size = per_image(rng, 0.42, 0.8, count)
    x, y = X - per_image(rng, -0.18, 0.18, count), Y - per_image(rng, -0.18, 0.18, count)
    near = size * (1 + per_image(rng, -0.25, 0.25, count) * x + per_image(rng, -0.25, 0.25, count) * y)
    x, y = x / near, y / near
    angle = np.float32(np.pi / 180) * per_image(rng, -30, 30, count)
    stretch, shear = np.exp(per_image(rng, -0.2, 0.2, count)), per_image(rng, -0.25, 0.25, count)
    mirror = np.where(rng.random((count, 1, 1)) < 0.5, -1, 1).astype(np.float32)
    u = mirror * stretch * (np.cos(angle) * x + np.sin(angle) * y)
    v = (np.cos(angle) * y - np.sin(angle) * x) / stretch
    return size, u + shear * v, v


def photograph(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Uneven light, blur and noise, then bytes."""
    count = len(image)
    light = 1 + per_image(rng, -0.3, 0.3, count) * X + per_image(rng, -0.3, 0.3, count) * Y
    image *= light[:, None]
    blur(image, per_image(rng, 0, 0.8, count))
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    noise *= per_image(rng, 0.01, 0.06, count)[:, None]
    image += noise
    image *= 255
    image += 0.5
    return np.clip(image, 0, 255, out=image).astype(np.uint8)
