"""The assessment: make this script learn faster.

It trains a small residual network on CIFAR-10 with one worker and plain stochastic gradient descent:

    python assessment.py --data DIR --out DIR

It learns, but far too slowly for the budget. Turn it into a script that reaches the targets in time when Horovod, or
torch's own DistributedDataParallel, runs it on several workers:

    horovodrun -np 2 python assessment.py --data DIR --out DIR
    torchrun --nproc-per-node 2 assessment.py --data DIR --out DIR
    scalelab grade assessment.py

The grader keeps its own clock. It judges the last two checkpoints in OUT by its own copy of the model, on the
training images and on images that this script never sees. You may change everything but these:
- the network stays `build(MODEL)`, and its checkpoints are called OUT/epoch-001.safetensors, epoch-002 and so on;
- the network is fed images standardised by the statistics of all training images in DIR, as below;
- it stays one file.
"""

import argparse
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from scalelab.data import batches, load, partition, split, standardise, statistics
from scalelab.models import build
from scalelab.train import RunRecord, accuracy, autocast, save_checkpoint

MODEL = "small-resnet"
VALIDATION = 500  # images set aside to watch the training by
EPOCHS = 30
BATCH_SIZE = 64
LR = 0.002
SEED = 0


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


def main() -> None:
    arguments = parse_arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(SEED)

    X, y, X_validation, y_validation = read_images(arguments.data, device)

    model = build(MODEL).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    record = RunRecord(arguments.out)

    seen = 0
    for epoch in range(1, EPOCHS + 1):
        sums = torch.zeros(2, device=device)  # of loss, correct answers
        indices = partition(len(y), rank=0, size=1, epoch=epoch, seed=SEED)
        for batch in batches(indices, BATCH_SIZE):
            optimizer.zero_grad()
            with autocast(device):  # in bfloat16, where that is faster
                logits = model(X[batch])
                loss = cross_entropy(logits, y[batch])
            loss.backward()
            optimizer.step()
            sums += torch.stack([loss.detach() * len(batch), (logits.argmax(1) == y[batch]).sum()])

        total_loss, correct = sums.tolist()
        seen += len(indices)
        record.write(
            epoch=epoch,
            images=seen,
            loss=total_loss / len(indices),
            train_accuracy=correct / len(indices),
            validation_accuracy=accuracy(model, X_validation, y_validation),
            lr=LR,
            effective_batch_size=BATCH_SIZE,
        )
        save_checkpoint(model, arguments.out, epoch)


if __name__ == "__main__":
    main()
