"""The recipe of fast_recipe.py as one of several Horovod ranks, which share a GPU where there are too few.

horovodrun -np 2 python fast_ranks.py full|tiny FILE
"""

import json
import sys
from pathlib import Path

import horovod.torch as hvd
import torch
from fast_recipe import Trainer, read_data, summary
from sizes import FULL, TINY
from torch import nn

SEEDS = 2  # at the most: what differs between them is small beside what ranks cost


def join(model: nn.Module, optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """Gradients are means over ranks, and all start from the same weights."""
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    named = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    return hvd.DistributedOptimizer(optimizer, named, groups=1)


def main() -> None:
    sizes = {"full": FULL, "tiny": TINY}[sys.argv[1]]
    hvd.init()
    if sizes.device == "cuda":
        torch.cuda.set_device(hvd.local_rank() % torch.cuda.device_count())
    trainer = Trainer(sizes, read_data(sizes), join, hvd.rank(), hvd.size())
    trainer.train(seed=0, epochs=1)
    runs = [trainer.train(seed, sizes.fast_epochs) for seed in range(1, 1 + min(SEEDS, sizes.seeds))]
    if hvd.rank() == 0:
        Path(sys.argv[2]).write_text(json.dumps(summary(runs, 0.94)))


if __name__ == "__main__":
    main()
