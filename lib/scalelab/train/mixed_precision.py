"""Mixed precision: the forward pass in bfloat16 where that is faster, weights and gradients in float32."""

import torch

from scalelab.train.precision import cpu_precision


def autocast(device: torch.device) -> torch.autocast:
    """A block whose convolutions and matrix products run in bfloat16, where this device is faster with it.

    Put the forward pass into it and nothing else: the backward pass follows by itself, and weights, gradients and
    what ranks exchange stay float32 (Micikevicius et al. 2018, "Mixed precision training"; bfloat16 has float32's
    range, so that no loss needs to be scaled: Kalamkar et al. 2019). On a CPU the speed is measured, once a machine.
    """
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16, enabled=torch.cuda.is_bf16_supported(including_emulation=False))
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cpu" and cpu_precision() == "bfloat16")
