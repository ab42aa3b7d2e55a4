"""Loads the weights of a checkpoint without trusting that it is one."""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

MOST_HEADER_BYTES = 1 << 20
MOST_SAID = 300  # characters of a reason; MOST_DIMENSIONS are those of a shape that are told in it
MOST_DIMENSIONS = 8
TYPES = {torch.float32: "F32", torch.int64: "I64"}  # all that a model's state is made of, as safetensors says it


class BadCheckpointError(Exception):
    """A file that is not the weights of the model it should be; the message says what is wrong with it.

    It is cut, for it may quote the file: a type or a shape there can have a megabyte of words.
    """

    def __init__(self, reason: str):
        super().__init__(reason if len(reason) <= MOST_SAID else f"{reason[:MOST_SAID]} ...")


class CutOffError(BadCheckpointError):
    """A file that is no whole safetensors file: its writer may have been ended while it wrote."""


def most_bytes(model: nn.Module) -> int:
    """That a checkpoint of the model can have."""
    return MOST_HEADER_BYTES + sum(tensor.nbytes for tensor in model.state_dict().values())


def load_weights(model: nn.Module, path: Path) -> nn.Module:
    """Fill the model from a safetensors file after its size, names, shapes and types have been checked."""
    expected = model.state_dict()
    if path.stat().st_size > most_bytes(model):
        raise BadCheckpointError(f"{path.name} has more bytes than this model can need.")
    try:
        with safe_open(path, framework="pt") as file:
            _check_header(file, expected, path.name)
            weights = {name: file.get_tensor(name) for name in expected}
    except (SafetensorError, OSError) as error:
        raise CutOffError(f"{path.name} is not a whole safetensors file ({error}).") from None
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise BadCheckpointError(f"{path.name} has weights that are not finite: the training diverged.")
    model.load_state_dict(weights)
    return model


def _check_header(file, expected: dict[str, torch.Tensor], name: str) -> None:
    if set(file.keys()) != set(expected):
        odd = sorted(set(file.keys()) ^ set(expected))[0]
        raise BadCheckpointError(f"{name} does not hold this model's weights (see {odd[:80]!r}).")
    for key, tensor in expected.items():
        entry = file.get_slice(key)
        found, wanted = (entry.get_dtype(), entry.get_shape()), (TYPES[tensor.dtype], list(tensor.shape))
        if found != wanted:
            raise BadCheckpointError(f"{name} has {key} as {_words(*found)} where {_words(*wanted)} is expected.")


def _words(dtype: str, shape: list[int]) -> str:
    if len(shape) > MOST_DIMENSIONS:
        return f"{dtype} of {len(shape):,} dimensions"
    return f"{dtype} {shape}"
