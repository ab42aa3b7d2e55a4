"""Ends by a segmentation fault, after a checkpoint."""

import ctypes

ctypes.string_at(0)
