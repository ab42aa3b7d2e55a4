"""What surrounds the shapes of the stand-in images: colours, textures, clutter, light and the camera.

Everything works on a batch at once: planes are (N, H, W), images (N, 3, H, W), float32, brightness 0 to 1. Only
element-wise operations of numpy are used, which give the same bits whatever the number of threads.
"""

import numpy as np

SIZE = 32
X = np.linspace(-1, 1, SIZE, dtype=np.float32)  # to the right, along the columns
Y = -X[:, None]  # up, along the rows


def uniform(rng: np.random.Generator, low: float, high: float, *shape: int) -> np.ndarray:
    """Uniform float32 numbers in [low, high)."""
    return low + (high - low) * rng.random(shape, dtype=np.float32)


def per_image(rng: np.random.Generator, low: float, high: float, count: int) -> np.ndarray:
    """One uniform number for each image, (N, 1, 1), ready to combine with planes."""
    return uniform(rng, low, high, count, 1, 1)


def colours(rng: np.random.Generator, brightness: np.ndarray, vividness: float = 0.22) -> np.ndarray:
    """Random hues at a given brightness (N, 1, 1): (N, 3, 1, 1)."""
    hue = uniform(rng, -1, 1, len(brightness), 3, 1, 1)
    return brightness[:, None] + vividness * (hue - hue.mean(axis=1, keepdims=True))


def smooth_noise(rng: np.random.Generator, count: int, cells: int) -> np.ndarray:
    """Random values in [-1, 1) on a grid of `cells`, interpolated to (N, SIZE, SIZE)."""
    place = np.linspace(0, cells - 1, SIZE, dtype=np.float32)
    left = np.minimum(place.astype(int), cells - 2)
    part = place - left
    grid = uniform(rng, -1, 1, count, cells, cells)
    rows = grid[:, left] * (1 - part)[:, None] + grid[:, left + 1] * part[:, None]
    return rows[:, :, left] * (1 - part) + rows[:, :, left + 1] * part


def texture(rng: np.random.Generator, count: int, strength: float) -> np.ndarray:
    """A brightness pattern for each image: coarse and fine blotches, and on some images stripes. (N, H, W)."""
    angle = per_image(rng, 0, np.pi, count)
    wave = per_image(rng, 4, 16, count) * (np.cos(angle) * X + np.sin(angle) * Y) + per_image(rng, 0, 6.28, count)
    stripes = np.maximum(per_image(rng, -1, 1, count), 0) * np.sin(wave)
    pattern = smooth_noise(rng, count, 4) + per_image(rng, 0, 1, count) * smooth_noise(rng, count, 12) + stripes
    return strength * per_image(rng, 0.2, 1, count) * pattern


def patch(rng: np.random.Generator, count: int, reach: tuple[float, float], size: tuple[float, float]) -> np.ndarray:
    """How far each point lies outside a random ellipse or box, in half-widths of the image: (N, H, W).

    `reach` is the range of the patch's distance from the middle, `size` that of its half axes.
    """
    place, angle = per_image(rng, 0, 2 * np.pi, count), per_image(rng, 0, np.pi, count)
    far = per_image(rng, *reach, count)
    x, y = X - far * np.cos(place), Y - far * np.sin(place)
    long, wide = per_image(rng, *size, count), per_image(rng, *size, count)
    a = (np.cos(angle) * x + np.sin(angle) * y) / long
    b = (np.cos(angle) * y - np.sin(angle) * x) / wide
    boxy = rng.random((count, 1, 1)) < 0.5
    ratio = np.where(boxy, np.maximum(np.abs(a), np.abs(b)), np.sqrt(a * a + b * b))
    return (ratio - 1) * np.minimum(long, wide)


def cover(distance: np.ndarray) -> np.ndarray:
    """The part of each pixel that a shape covers, from the distance in half-widths of the image."""
    return np.clip(0.5 - distance * (SIZE / 2), 0, 1)


def paint(image: np.ndarray, part: np.ndarray, colour: np.ndarray) -> None:
    """Lay `colour`, broadcast to (N, 3, H, W), over the image where `part` (N, H, W) covers it; in place."""
    change = colour - image
    change *= part[:, None]
    image += change


def blur(image: np.ndarray, strength: np.ndarray) -> None:
    """Move a part `strength` (N, 1, 1) of each pixel's light to its four neighbours, mirrored at the edge; in place."""
    spilt = image * (strength / 4)[:, None]
    image *= (1 - strength)[:, None]
    for light, target in ((spilt, image), (spilt.swapaxes(2, 3), image.swapaxes(2, 3))):
        target[:, :, 1:] += light[:, :, :-1]
        target[:, :, :-1] += light[:, :, 1:]
        target[:, :, 0] += light[:, :, 0]
        target[:, :, -1] += light[:, :, -1]
