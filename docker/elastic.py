"""Training that survives the loss of hosts: goes on from the last commit with those that are left.

    horovodrun --gloo -np 4 --min-np 1 --host-discovery-script ./hosts.sh python elastic.py --data DIR --out DIR

`hosts.sh` prints the hosts that are there now, a line each, as in `node1:2`; horovodrun asks it every second.
"""

import argparse
import json
from pathlib import Path

import horovod.torch as hvd
import torch
from torch.nn.functional import cross_entropy

from scalelab.data import load, standardise, statistics
from scalelab.models import build
from scalelab.train import save_checkpoint

MODEL = "small-resnet"
BATCH_SIZE = 32  # per worker
LR_PER_IMAGE = 0.1 / 64
STEPS_PER_COMMIT = 10  # what a lost host can cost; a commit copies the weights within memory and asks for new hosts


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the training images")
    parser.add_argument("--out", type=Path, required=True, help="folder for steps.jsonl and a checkpoint a commit")
    parser.add_argument("--steps", type=int, default=1000)
    return parser.parse_args()


def draw(step: int, count: int) -> torch.Tensor:
    """This rank's images of a step. They follow from the step alone, so nothing about them has to be committed."""
    draws = torch.Generator().manual_seed(step)
    return torch.randint(count, (hvd.size(), BATCH_SIZE), generator=draws)[hvd.rank()]


@hvd.elastic.run  # calls it again after a loss, with the state as it was committed, on every rank the same
def train(state: hvd.elastic.TorchState, X: torch.Tensor, y: torch.Tensor, arguments: argparse.Namespace) -> None:
    # The number of ranks is not what it was, nor is the rank of this process: nothing that follows from them is kept.
    for group in state.optimizer.param_groups:
        group["lr"] = LR_PER_IMAGE * BATCH_SIZE * hvd.size()
    while state.step < arguments.steps:
        batch = draw(state.step, len(y))
        state.optimizer.zero_grad()
        loss = cross_entropy(state.model(X[batch]), y[batch])
        loss.backward()
        state.optimizer.step()
        state.step += 1
        if hvd.rank() == 0:
            report = {"step": state.step, "workers": hvd.size(), "loss": loss.item()}
            with (arguments.out / "steps.jsonl").open("a") as file:
                file.write(json.dumps(report) + "\n")
        if state.step % STEPS_PER_COMMIT == 0:
            if hvd.rank() == 0:
                save_checkpoint(state.model, arguments.out, epoch=state.step // STEPS_PER_COMMIT)
            state.commit()


def main() -> None:
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    hvd.init()
    torch.set_num_threads(1)
    device = torch.device("cuda", hvd.local_rank()) if torch.cuda.is_available() else torch.device("cpu")
    images = load("cifar10", arguments.data).train
    X, y = standardise(images.images, statistics(images)).to(device), images.labels.to(device)
    model = build(MODEL).to(device)
    optimizer = hvd.DistributedOptimizer(torch.optim.SGD(model.parameters(), 0.1, 0.9), model.named_parameters())
    train(hvd.elastic.TorchState(model=model, optimizer=optimizer, step=0), X, y, arguments)


if __name__ == "__main__":
    main()
