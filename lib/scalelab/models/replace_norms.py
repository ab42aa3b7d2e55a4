"""Exchanges the batch norms of a finished network for others of the same weights and statistics."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def replace_norms(model: nn.Module, make: Callable[[int], nn.BatchNorm2d]) -> nn.Module:
    """Put `make(channels)` in the place of every `BatchNorm2d`, with its weights; gives the model, which is changed.

    As `replace_norms(model, lambda channels: GhostBatchNorm2d(channels, 32))`. Names of weights stay, so checkpoints
    fit both. Under autocast what a norm is given is float32: means and variances of bfloat16 would be too coarse.
    """
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                new = make(child.num_features)
                new.load_state_dict(child.state_dict())
                new.register_forward_pre_hook(_in_float32)
                setattr(parent, name, new.train(child.training))
    return model


def _in_float32(_norm: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(x.float() if x.dtype == torch.bfloat16 else x for x in inputs)
