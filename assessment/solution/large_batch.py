"""The large-batch assessment, solved: 1,024 images an optimizer step, and the tricks that let so few steps learn.

    horovodrun -np 2 python large_batch.py --data DIR --out DIR
    scalelab grade --rubric assessment/rubric_large_batch.toml large_batch.py

It is assessment.py beside it but for what is marked "large batch".
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
from scalelab.optim import LAMB, exclude
from scalelab.train import RunRecord, accuracy, autocast, save_checkpoint

MODEL = "small-resnet"
VALIDATION = 500
EPOCHS = 10
EFFECTIVE_BATCH_SIZE = 1024  # large batch: of all workers together
PASSES = 4  # large batch: backward passes a step; batch norm sees the images of one, as ghost batch norm would
PEAK = 0.02  # large batch: the share of its length by which LAMB moves a layer
WARMUP = 0.1  # of the run, in which the learning rate rises: an epoch; it then falls to 0
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


def learning_rate(progress: float) -> float:
    """In a straight line up from 0 to the peak, then down to 0 as a half cosine; `progress` runs from 0 to 1."""
    if progress < WARMUP:
        return PEAK * progress / WARMUP
    return PEAK * (1 + math.cos(math.pi * (progress - WARMUP) / (1 - WARMUP))) / 2


def build_optimizer(model: torch.nn.Module) -> torch.optim.Optimizer:
    """LAMB whose gradients are means over all ranks, and the same start on all of them."""
    # The learning rate is set in each step. Until then it is 0: to broadcast a new state, Horovod makes a step.
    optimizer = LAMB(exclude(model, WEIGHT_DECAY), lr=0.0)  # large batch
    # Horovod: the ranks exchange their gradients once for all backward passes of a step.
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters(), backward_passes_per_step=PASSES)
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
    batch_size = EFFECTIVE_BATCH_SIZE // hvd.size()
    optimizer = build_optimizer(model)
    record = RunRecord(arguments.out, hvd.rank())  # Horovod: rank 0 writes

    draws = torch.Generator().manual_seed(SEED + hvd.rank())
    step = seen = 0
    steps = EPOCHS * -(-(len(y) // hvd.size()) // batch_size)
    for epoch in range(1, EPOCHS + 1):
        sums = torch.zeros(2, device=device)  # of loss, correct answers
        indices = partition(len(y), hvd.rank(), hvd.size(), epoch, SEED)  # Horovod: each rank its part
        for batch in batches(indices, batch_size):
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step / (steps + 1))
            optimizer.zero_grad()
            for part in batch.tensor_split(PASSES):  # large batch
                with autocast(device):  # in bfloat16, where that is faster
                    logits = model(augment(X[part], draws, shift=SHIFT))
                    loss = cross_entropy(logits, y[part], label_smoothing=LABEL_SMOOTHING)
                (loss * len(part) / len(batch)).backward()  # large batch: the parts add up to the mean of the batch
                sums += torch.stack([loss.detach() * len(part), (logits.argmax(1) == y[part]).sum()])
            optimizer.step()

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
            effective_batch_size=batch_size * hvd.size(),
        )
        save_checkpoint(model, arguments.out, epoch)  # Horovod: rank 0 alone


if __name__ == "__main__":
    main()
