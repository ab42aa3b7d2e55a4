"""The silhouettes of the stand-in images: five families of shapes, each a slow change from one class into another."""

import numpy as np

CLASSES = ("disc", "ring", "triangle", "square", "star", "flower", "tee", "cross", "crescent", "half-moon")

# Within a family class 2k lies about MARGIN below the middle of the change and class 2k + 1 about MARGIN above it,
# both with normal spread SPREAD: they overlap, and there nobody can tell them apart.
MARGIN, SPREAD = 0.30, 0.18


def draw_morph(rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    """How far each shape has changed from the even class (0) to the odd class (1) of its family: (N,) float32.

    Even who sees it exactly does best to cut in the middle, and errs with P = Phi(-MARGIN / SPREAD) = 4.8 %.
    """
    beyond = rng.normal(MARGIN, SPREAD, len(labels))
    return np.clip(0.5 + np.where(labels % 2 == 1, beyond, -beyond), 0, 1).astype(np.float32)


def distance(labels: np.ndarray, morph: np.ndarray, variant: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """About how far each point lies outside its shape (negative: inside), in radii of the shape: (N, H, W).

    `u` (right) and `v` (up) are the points in the shape's own frame, (N, H, W), in radii from its centre;
    `variant` (N,) in [0, 1) chooses what does not matter for the class, such as the number of petals.
    """
    out = np.empty_like(u)
    for family, shape in enumerate((disc_ring, triangle_square, star_flower, tee_cross, crescent_half_moon)):
        rows = np.flatnonzero(labels // 2 == family)
        out[rows] = shape(u[rows], v[rows], morph[rows, None, None], variant[rows, None, None])
    return out


def disc_ring(u: np.ndarray, v: np.ndarray, morph: np.ndarray, variant: np.ndarray) -> np.ndarray:
    """A disc whose hole opens; its outline is between a circle and a rounded square."""
    r = np.sqrt(u * u + v * v)
    outline = np.maximum(r, (0.9 + 0.1 * variant) * np.maximum(np.abs(u), np.abs(v)) + 0.1 * variant)
    return np.maximum(outline - 0.9, 0.8 * morph - 0.15 - r)


def triangle_square(u: np.ndarray, v: np.ndarray, morph: np.ndarray, variant: np.ndarray) -> np.ndarray:
    """A triangle whose top widens until it is a square."""
    bottom, top = 0.95 - 0.2 * morph, 0.75 * morph
    height = 0.7 + 0.15 * variant
    half_width = (bottom + top) / 2 + (top - bottom) / 2 * v / height
    return np.maximum(np.abs(v) - height, 0.9 * (np.abs(u) - half_width))


def star_flower(u: np.ndarray, v: np.ndarray, morph: np.ndarray, variant: np.ndarray) -> np.ndarray:
    """Five to seven rays that swell into petals."""
    rays = 5 + np.floor(3 * variant)
    turn = np.arctan2(u, v) * (rays / np.float32(2 * np.pi))
    from_tip = 2 * np.abs(turn - np.rint(turn))
    roundness = np.exp(2.4 * (morph - 0.5))  # power of the fall from tip to valley: below 1 a point, above 1 a petal
    inner = 0.35 + 0.15 * morph
    outline = inner + (1 - inner) * (1 - from_tip**roundness)
    return 0.8 * (np.sqrt(u * u + v * v) - outline)


def tee_cross(u: np.ndarray, v: np.ndarray, morph: np.ndarray, variant: np.ndarray) -> np.ndarray:
    """A T whose crossbar sinks to the middle."""
    half = 0.2 + 0.12 * variant
    post = np.maximum(np.abs(u) - half, np.abs(v) - 0.9)
    bar = np.maximum(np.abs(v - (0.9 - half) * (1 - morph)) - half, np.abs(u) - 0.9)
    return np.minimum(post, bar)


def crescent_half_moon(u: np.ndarray, v: np.ndarray, morph: np.ndarray, variant: np.ndarray) -> np.ndarray:
    """A thin moon that waxes to a half."""
    u = u + 0.45 - 0.1 * morph
    limb = np.sqrt(np.maximum(0.9 - v * v, 0))
    return np.maximum(np.sqrt(u * u + v * v) - 0.95, 0.7 * (1 - morph) * limb - u)
