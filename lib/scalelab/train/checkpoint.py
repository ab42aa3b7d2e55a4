"""Weights on disk, as safetensors: a header and numbers, nothing that could run."""

from pathlib import Path

from safetensors.torch import save_file
from torch import nn

from scalelab.files.atomic import replacing


def checkpoint_name(epoch: int) -> str:
    """File name of the checkpoint after `epoch` epochs, the first being 1."""
    return f"epoch-{epoch:03d}.safetensors"


def save_checkpoint(model: nn.Module, folder: Path, epoch: int) -> Path:
    """Write the model's weights and buffers to FOLDER/epoch-NNN.safetensors and give the path.

    The file appears whole or not at all: it gets its name when it is complete. Until then its name is nobody else's,
    so that ranks that all write, as those of a script not yet converted do, leave a whole file too.
    """
    path = Path(folder) / checkpoint_name(epoch)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    with replacing(path) as unfinished:
        save_file(weights, unfinished)
    return path
