"""Follows the losses that a script computes: for the conversion check, and for exercises that leave all as it is."""

from collections.abc import Callable
from typing import Any

import torch

from scalelab.check.observe.hook import around

LOSSES = ["cross_entropy", "nll_loss", "mse_loss", "binary_cross_entropy", "l1_loss"]
LOSSES += ["binary_cross_entropy_with_logits"]
Watcher = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, bool], None]


def watch_losses(watcher: Watcher) -> None:
    """Call `watcher(output, target, loss, summed)` for each loss of torch.nn.functional computed with gradients.

    `summed`: it was asked to add up over the batch.
    """

    def observed(original: Callable[..., Any], input: Any, target: Any, *more: Any, **options: Any) -> Any:  # noqa: A002  (the name by which scripts may call it)
        loss = original(input, target, *more, **options)
        if torch.is_grad_enabled() and isinstance(target, torch.Tensor):
            watcher(input, target, loss, options.get("reduction") == "sum")
        return loss

    for name in LOSSES:
        around(torch.nn.functional, name, observed)
