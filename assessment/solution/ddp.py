"""The assessment, solved with torch's DistributedDataParallel: assessment.py beside it, but for what is marked "DDP".

    torchrun --nproc-per-node 2 ddp.py --data DIR --out DIR
    scalelab grade ddp.py

What earns the target is marked "recipe".
"""

import argparse
import math
import os
from pathlib import Path

import torch
import torch.distributed as dist
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

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


def join_the_others() -> torch.device:
    """Become a rank, on a device of its own."""
    torch.set_num_threads(1)  # DDP: a worker is one core
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))  # DDP: or one GPU
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")  # DDP
    return device


def wrap(model: torch.nn.Module) -> DistributedDataParallel:
    """The model with rank 0's weights on all ranks, whose backward averages the gradients."""
    # DDP: batch norm's statistics stay each rank's own, which saves an exchange in each forward.
    return DistributedDataParallel(model, broadcast_buffers=False, gradient_as_bucket_view=True)


def main() -> None:
    arguments = parse_arguments()
    device = join_the_others()
    rank, size = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(SEED + rank)

    X, y, X_validation, y_validation = read_images(arguments.data, device)

    model = build(MODEL).to(device)
    wrapped = wrap(model)
    peak = LR_PER_IMAGE * BATCH_SIZE * size
    optimizer = torch.optim.SGD(model.parameters(), peak, MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True)
    record = RunRecord(arguments.out, rank)  # DDP: rank 0 writes

    draws = torch.Generator().manual_seed(SEED + rank)
    step = seen = 0
    steps = EPOCHS * -(-(len(y) // size) // BATCH_SIZE)
    for epoch in range(1, EPOCHS + 1):
        sums = torch.zeros(2, device=device)  # of loss, correct answers
        indices = partition(len(y), rank, size, epoch, SEED)  # DDP: each rank its part
        for batch in batches(indices, BATCH_SIZE):
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step / (steps + 1), peak)
            optimizer.zero_grad()
            with autocast(device):  # in bfloat16, where that is faster
                logits = wrapped(augment(X[batch], draws, shift=SHIFT))  # DDP
                loss = cross_entropy(logits, y[batch], label_smoothing=LABEL_SMOOTHING)
            loss.backward()
            optimizer.step()
            sums += torch.stack([loss.detach() * len(batch), (logits.argmax(1) == y[batch]).sum()])

        dist.all_reduce(sums)  # DDP: all ranks' metrics
        total_loss, correct = sums.tolist()
        count = len(indices) * size
        seen += count
        if rank > 0:
            continue
        record.write(
            epoch=epoch,
            images=seen,
            loss=total_loss / count,
            train_accuracy=correct / count,
            validation_accuracy=accuracy(model, X_validation, y_validation),
            lr=optimizer.param_groups[0]["lr"],
            effective_batch_size=BATCH_SIZE * size,
        )
        save_checkpoint(model, arguments.out, epoch)  # DDP: rank 0 alone, and the model itself
    dist.destroy_process_group()  # DDP


if __name__ == "__main__":
    main()
