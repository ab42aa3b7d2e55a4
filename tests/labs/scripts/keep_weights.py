"""Run a training script as a rank does, and keep its weights: keep_weights.py FOLDER SCRIPT [ITS OPTIONS].

With PLAIN=1 in the environment the network has no batch norm, which computes by each rank's own part of a batch.
The random numbers of every process begin elsewhere.
"""

import os
import runpy
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from scalelab.train import ExperimentConfig

MODELS = []


def plain_model(setting: ExperimentConfig, seed: int) -> nn.Module:
    channels = setting.dataset.train.images.shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(channels, 8, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(72, 10)
        )


def remember(make):
    def new_model(setting: ExperimentConfig, seed: int) -> nn.Module:
        MODELS.append(make(setting, seed))
        return MODELS[-1]

    return new_model


folder, script = Path(sys.argv[1]), sys.argv[2]
ExperimentConfig.new_model = remember(plain_model if os.environ.get("PLAIN") else ExperimentConfig.new_model)
sys.argv = sys.argv[2:]
runpy.run_path(script, run_name="__main__")
[model] = MODELS
folder.mkdir(parents=True, exist_ok=True)
save_file(model.state_dict(), folder / f"rank-{os.environ.get('HOROVOD_RANK', 0)}.safetensors")
