"""A noisy line, and images for training: real files read and checked, divided among ranks, augmented in batches.

`load("cifar10")` is the usual way in. What is used is named in `Dataset.source`; show it.
"""

from scalelab.data.augment import augment
from scalelab.data.cifar10 import read_cifar10, write_cifar10
from scalelab.data.download import download
from scalelab.data.fashion_mnist import read_fashion_mnist
from scalelab.data.images import Dataset, Images
from scalelab.data.line import Line, noisy_line
from scalelab.data.partition import batches, draw, partition
from scalelab.data.search import Found, cache_folder, find_all, load
from scalelab.data.split import Statistics, split, standardise, statistics

__all__ = [
    "Dataset",
    "Found",
    "Images",
    "Line",
    "Statistics",
    "augment",
    "batches",
    "cache_folder",
    "download",
    "draw",
    "find_all",
    "load",
    "noisy_line",
    "partition",
    "read_cifar10",
    "read_fashion_mnist",
    "split",
    "standardise",
    "statistics",
    "write_cifar10",
]
