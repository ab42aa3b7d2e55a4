"""Which weights take no weight decay, and no learning rate of their own: biases, and those of norms."""

from typing import Any

from torch import nn


def exclude(model: nn.Module, weight_decay: float, lr_factor: float = 1.0) -> list[dict[str, Any]]:
    """Two parameter groups for any optimizer: weights with `weight_decay`, and biases and norms without.

    The latter also have `adapt=False`, by which the layer-wise optimizers leave them their ordinary step; others do not
    look at it. A nominal rate that suits layer-wise rates, 8 say, throws whatever has none: so biases and norms have
    `lr_factor` times the rate of the weights (Zbontar et al. 2021, section 2.2: 0.0048 beside 0.2), and whoever sets
    `lr` anew in each step multiplies it by the group's `lr_factor`.

    A bias, and the scale of a norm, has one dimension, by which it is known (Goyal et al. 2017, section 5.3; You et al.
    2019, appendix H). Weights that are frozen are left out.
    """
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    return [
        {"params": [weight for weight in trained if weight.ndim > 1], "weight_decay": weight_decay, "lr_factor": 1.0},
        {
            "params": [weight for weight in trained if weight.ndim <= 1],
            "weight_decay": 0.0,
            "adapt": False,
            "lr_factor": lr_factor,
        },
    ]
