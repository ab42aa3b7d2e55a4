"""The assessment, solved: the serial script turned into a Horovod one, with a recipe that fits the budget.

    horovodrun -np 2 python assessment.py --data DIR --out DIR

What the conversion took is marked "Horovod"; what earns the target is marked "recipe".
"""

import argparse
import math
import os
from pathlib import Path

import horovod.torch as hvd
import torch
from torch.nn.functional import cross_entropy

from scalelab.data import augment, batches, load, partition, split, standardise, statistics
from scalelab.models import build
from scalelab.train import RunRecord, accuracy, autocast, save_checkpoint

MODEL = "small-resnet"
VALIDATION = 500
EPOCHS = 10
BATCH_SIZE = 64  # per worker
LR_PER_IMAGE = 0.2 / 64  # recipe: the learning rate grows with the batch (Goyal et al. 2017, section 2.1)
WARMUP = 0.15  # recipe: share of the run in which the learning rate rises; it then falls to 0
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
LABEL_SMOOTHING = 0.1
SHIFT = 2  # pixels
SEED = int(os.environ.get("SCALELAB_SEED", 0))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the training images")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the run record")
    return parser.parse_args()


def read_images(folder: Path, device: torch.device) -> tuple[torch.Tensor, ...]:
    """Standardised images and labels, to train by and to watch the training by."""
    everything = load("cifar10", folder).train
    pixels = statistics(everything)
    return tuple(
        tensor.to(device)
        for part in split(everything, VALIDATION, SEED)
        for tensor in (standardise(part.images, pixels), part.labels)
    )


def learning_rate(progress: float, peak: float) -> float:
    """In a straight line up from 0 to the peak, then down to 0 as a half cosine; `progress` runs from 0 to 1."""
    if progress < WARMUP:
        return peak * progress / WARMUP
    return peak * (1 + math.cos(math.pi * (progress - WARMUP) / (1 - WARMUP))) / 2


def build_optimizer(model: torch.nn.Module, peak: float) -> torch.optim.Optimizer:
    """Momentum SGD whose gradients are means over all ranks, and the same start on all of them."""
    optimizer = torch.optim.SGD(model.parameters(), peak, MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True)
    # Horovod: one collective call for all gradients of this small network costs less than one for each.
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters(), groups=1)
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)  # Horovod
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)  # Horovod
    return optimizer


def main() -> None:
    arguments = parse_arguments()
    hvd.init()  # Horovod
    torch.set_num_threads(1)  # Horovod: a worker is one core
    if torch.cuda.is_available():
        torch.cuda.set_device(hvd.local_rank())  # Horovod: or one GPU
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(SEED + hvd.rank())

    X, y, X_validation, y_validation = read_images(arguments.data, device)

    model = build(MODEL).to(device)
    effective_batch_size = BATCH_SIZE * hvd.size()
    peak = LR_PER_IMAGE * effective_batch_size
    optimizer = build_optimizer(model, peak)
    record = RunRecord(arguments.out, hvd.rank())  # Horovod: rank 0 writes

    draws = torch.Generator().manual_seed(SEED + hvd.rank())
    step = seen = 0
    steps = EPOCHS * -(-(len(y) // hvd.size()) // BATCH_SIZE)
    for epoch in range(1, EPOCHS + 1):
        sums = torch.zeros(2, device=device)  # of loss, correct answers
        indices = partition(len(y), hvd.rank(), hvd.size(), epoch, SEED)  # Horovod: each rank its part
        for batch in batches(indices, BATCH_SIZE):
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step / (steps + 1), peak)
            optimizer.zero_grad()
            with autocast(device):  # in bfloat16, where that is faster
                logits = model(augment(X[batch], draws, shift=SHIFT))
                loss = cross_entropy(logits, y[batch], label_smoothing=LABEL_SMOOTHING)
            loss.backward()
            optimizer.step()
            sums += torch.stack([loss.detach() * len(batch), (logits.argmax(1) == y[batch]).sum()])

        total_loss, correct = hvd.allreduce(sums, op=hvd.Sum).tolist()  # Horovod: all ranks' metrics
        count = len(indices) * hvd.size()
        seen += count
        if hvd.rank() > 0:
            continue
        record.write(
            epoch=epoch,
            images=seen,
            loss=total_loss / count,
            train_accuracy=correct / count,
            validation_accuracy=accuracy(model, X_validation, y_validation),
            lr=optimizer.param_groups[0]["lr"],
            effective_batch_size=effective_batch_size,
        )
        save_checkpoint(model, arguments.out, epoch)  # Horovod: rank 0 alone


if __name__ == "__main__":
    main()
