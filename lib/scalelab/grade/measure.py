"""Accuracy of a checkpoint, by the grader's own model on the grader's own data. No checkpoint is trusted."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from scalelab.grade.handout import Handout
from scalelab.models import build
from scalelab.train import accuracy

MOST_HEADER_BYTES = 1 << 20
TYPES = {torch.float32: "F32", torch.int64: "I64"}  # all that a model's state is made of, as safetensors says it


@dataclass(frozen=True)
class Measured:
    """Accuracies (0 to 1) on the images handed out and on those held out."""

    train_accuracy: float
    test_accuracy: float


class BadCheckpointError(Exception):
    """A file that is not the weights of the model it should be; the message says what is wrong with it."""


class Examiner:
    """Measures checkpoints of one model on one handout; the images are standardised once."""

    def __init__(self, model_name: str, handout: Handout, device: str):
        self.device = "cuda" if device == "gpu" else "cpu"
        self.model_name = model_name
        self.parts = [
            (handout.inputs(part).to(self.device), part.labels.to(self.device))
            for part in (handout.train, handout.test)
        ]

    def measure(self, path: Path) -> Measured:
        """Accuracies of the checkpoint; raises BadCheckpointError where it cannot be one."""
        model = load_weights(build(self.model_name), path).to(self.device)
        train, test = (accuracy(model, X, y) for X, y in self.parts)
        return Measured(train, test)


def load_weights(model: nn.Module, path: Path) -> nn.Module:
    """Fill the model from a safetensors file after its size, names, shapes and types have been checked."""
    expected = model.state_dict()
    most = MOST_HEADER_BYTES + sum(tensor.nbytes for tensor in expected.values())
    if path.stat().st_size > most:
        raise BadCheckpointError(f"{path.name} has more bytes than this model can need.")
    try:
        with safe_open(path, framework="pt") as file:
            _check_header(file, expected, path.name)
            weights = {name: file.get_tensor(name) for name in expected}
    except (SafetensorError, OSError) as error:
        raise BadCheckpointError(f"{path.name} is not a whole safetensors file ({error}).") from None
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
    return f"{dtype} {shape}"
