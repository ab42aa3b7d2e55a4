"""Trains a Wide ResNet on Fashion-MNIST with K workers: the script after step 7, checkpoint on one rank.

    horovodrun -np 2 python fashion_mnist.py --epochs 2 --out runs/two
"""

import argparse
import time
from pathlib import Path

import horovod.torch as hvd  # step 1
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data import batches, partition
from scalelab.train import ExperimentConfig, RunRecord, accuracy, choose_preset, wait_for

MOMENTUM = 0.9
ORDER_SEED = 0  # of the order of the images, which changes from epoch to epoch


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, help="images to learn from")
    parser.add_argument("--validation", type=int, help="images to measure accuracy on")
    parser.add_argument("--epochs", type=int, default=2, help="train until so many are done")
    parser.add_argument("--batch-size", type=int, default=32, help="images that this script takes a step")
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate")
    parser.add_argument("--seed", type=int, help="of the first weights; drawn anew at each start unless given")
    parser.add_argument("--out", type=Path, default=Path("runs/horovod"), help="folder for run record and checkpoint")
    parser.add_argument("--resume", type=Path, help="folder of an earlier run, to go on from its checkpoint")
    parser.add_argument("--device", help="cpu or cuda")
    return parser.parse_args()


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, X: Tensor, y: Tensor, indices: Tensor, batch_size: int
) -> Tensor:
    """Train on the images whose numbers are in `indices`; sums of loss and of right answers, and their count: (3,)."""
    sums = torch.zeros(3)
    for batch in batches(indices.to(y.device), batch_size):
        logits = model(X[batch])
        loss = cross_entropy(logits, y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right = (logits.argmax(1) == y[batch]).sum()
        sums += torch.tensor([loss.item() * len(batch), right.item(), len(batch)])
    return sums


def measure(model: nn.Module, X: Tensor, y: Tensor) -> Tensor:
    """How many of these images the model names rightly, and how many they are: (2,)."""
    return torch.tensor([accuracy(model, X, y) * len(y), len(y)])


def train(arguments: argparse.Namespace, setting: ExperimentConfig) -> None:
    """Train; after each epoch report, and write a checkpoint."""
    X, y, X_validation, y_validation = setting.tensors()
    model = setting.new_model(torch.seed() if arguments.seed is None else arguments.seed)
    optimizer = torch.optim.SGD(model.parameters(), arguments.lr, momentum=MOMENTUM)
    # step 3: `step` waits for the mean of all ranks' gradients and takes that
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters())
    # step 7: the checkpoint lies where rank 0 is; the others learn from it what was in there
    reads = arguments.resume and hvd.rank() == 0
    epochs_done = load_checkpoint(arguments.resume, model, optimizer) if reads else 0
    epochs_done = hvd.broadcast_object(epochs_done, root_rank=0)
    # step 4: all ranks begin from rank 0's weights and momentum, drawn or loaded
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)

    # step 2: the record writes on rank 0 only
    record, seen, training_seconds = RunRecord(arguments.out, hvd.rank()), 0, 0.0
    for epoch in range(epochs_done + 1, arguments.epochs + 1):
        start = time.perf_counter()
        # step 5: all ranks shuffle alike, and each takes its own part, a K-th of the epoch
        indices = partition(len(y), hvd.rank(), hvd.size(), epoch=epoch, seed=ORDER_SEED)
        sums = train_epoch(model, optimizer, X, y, indices, arguments.batch_size)
        wait_for(setting.device)
        training_seconds += time.perf_counter() - start

        # step 6: each rank measures its part of the validation images; the sums are those of all ranks
        part = slice(hvd.rank(), None, hvd.size())
        sums = torch.cat([sums, measure(model, X_validation[part], y_validation[part])])
        sums = hvd.allreduce(sums, op=hvd.Sum)
        loss, right, images, validation_right, validation_images = sums.tolist()
        seen += int(images)
        row = record.write(
            epoch=epoch,
            images=seen,
            training_seconds=training_seconds,
            loss=loss / images,
            train_accuracy=right / images,
            validation_accuracy=validation_right / validation_images,
            lr=arguments.lr,
            effective_batch_size=arguments.batch_size * hvd.size(),  # step 5
        )
        if hvd.rank() == 0:  # step 2, step 7
            print(row.in_words(), flush=True)
            save_checkpoint(arguments.out, model, optimizer, epoch)


def save_checkpoint(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    """Write FOLDER/checkpoint.pt: weights, momentum, and the epochs done."""
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(state, folder / "checkpoint.pt")


def load_checkpoint(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Read what `save_checkpoint` wrote into model and optimizer; gives the epochs done."""
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"]


def main() -> None:
    arguments = parse_arguments()
    hvd.init()  # step 1: from here on each of the K processes has a rank
    setting = choose_preset(arguments.device, images=arguments.images, validation=arguments.validation)
    if setting.device.type == "cuda":
        torch.cuda.set_device(hvd.local_rank())  # step 1: one GPU for each rank of a machine
    if hvd.rank() == 0:  # step 2
        print(setting, flush=True)
    train(arguments, setting)


if __name__ == "__main__":
    main()
