"""What workers have to send one another in a step: gradients in data parallelism, activations in model parallelism.

Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, arXiv 1404.5997.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import prod

import torch
from torch import nn

from scalelab.errors import ScaleLabError
from scalelab.models import count_weights

BYTES_PER_NUMBER = 4  # float32


@dataclass(frozen=True)
class Part:
    """A part of a network: its weights, and the shape (C, H, W) or (C,) of what it hands on for one image."""

    name: str
    weights: int
    output: tuple[int, ...]

    @property
    def activations(self) -> int:
        """How many numbers the part hands on for one image."""
        return prod(self.output)


def parts(model: nn.Module, image_shape: tuple[int, ...]) -> list[Part]:
    """The parts of `model` in order (stem, stage 1, stage 2, ..., head), as one image (C, H, W) goes through them.

    A stage is all that works at one resolution. Shapes are read by forward hooks while an empty image passes.
    Raises ScaleLabError where the model has no `stages`.
    """
    stages = getattr(model, "stages", None)
    if not isinstance(stages, nn.Sequential):
        raise ScaleLabError(
            f"Expected a network with `stages` but got {type(model).__name__}; build it with scalelab.models.build."
        )
    pieces = [("stage", block) for block in stages]
    children = list(model.named_children())
    before = [name for name, _ in children].index("stages")
    pieces = children[:before] + pieces + children[before + 1 :]
    shapes = output_shapes(model, [module for _, module in pieces], image_shape)
    return _merged([Part(name, count_weights(m), shape) for (name, m), shape in zip(pieces, shapes, strict=True)])


@torch.no_grad()
def output_shapes(
    model: nn.Module, modules: Sequence[nn.Module], image_shape: tuple[int, ...]
) -> list[tuple[int, ...]]:
    """The shape of what each of `modules` hands on for one image, read by forward hooks."""
    shapes: dict[nn.Module, tuple[int, ...]] = {}
    hooks = [
        module.register_forward_hook(lambda module, _, output: shapes.update({module: tuple(output.shape[1:])}))
        for module in modules
    ]
    training = model.training
    try:
        # In evaluation mode: looking must not move the statistics of batch norm.
        model.eval()(next(model.parameters()).new_zeros(1, *image_shape))
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()
    return [shapes[module] for module in modules]


def exchanged_bytes(weights: int, activations: int, batch_size: float, workers: int) -> tuple[float, float]:
    """(data parallel, model parallel): bytes that one worker sends in one step, on average over the workers.

    Data parallelism: a ring all-reduce of all gradients, 2 (K - 1) / K of their bytes from each of K workers,
    whatever the batch. Model parallelism: the network is cut into K parts, and at each of the K - 1 cuts the
    `activations` of every image go forwards and as many gradients come back. `batch_size` is that of all workers
    together.
    """
    share = 2 * (workers - 1) / workers
    return share * BYTES_PER_NUMBER * weights, share * BYTES_PER_NUMBER * activations * batch_size


def _merged(pieces: list[Part]) -> list[Part]:
    """Neighbouring blocks of the same output shape become one stage, and the stages get their numbers."""
    merged: list[Part] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last and last.name == piece.name and last.output == piece.output:
            merged[-1] = Part(last.name, last.weights + piece.weights, last.output)
        else:
            merged.append(piece)
    number = count(1)
    return [Part(f"stage {next(number)}", p.weights, p.output) if p.name == "stage" else p for p in merged]
