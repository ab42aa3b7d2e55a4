"""How many images a step? Trains a Wide ResNet on Fashion-MNIST with one worker.

    python fashion_mnist.py --batch-size 64 --lr 0.1 --epochs 4 --out runs/batch-64

As handed out it trains, and reports loss and accuracy after each epoch. You teach it three things more. The notebook
03_batch_size.ipynb says what each should do, and checks it:
1. `throughput`: how many images does it train a second?       (option --throughput)
2. `reached_target`: when may it stop?                         (options --target and --patience)
3. `time_to_accuracy`: how long did it take to get there?      (the same options)
"""

import argparse
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from scalelab.data import batches, partition
from scalelab.train import ExperimentConfig, Row, RunRecord, accuracy, autocast, choose_preset, wait_for

MOMENTUM = 0.9


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=64, help="images a step")
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate")
    parser.add_argument("--epochs", type=int, default=4, help="end after so many at the latest")
    parser.add_argument("--seed", type=int, default=0, help="of the first weights and of the order of the images")
    parser.add_argument("--out", type=Path, default=Path("runs/fashion-mnist"), help="folder for the run record")
    parser.add_argument("--throughput", action="store_true", help="measure images per second, and end")
    parser.add_argument("--target", type=float, help="validation accuracy at which to stop")
    parser.add_argument("--patience", type=int, default=2, help="epochs in a row that must reach the target")
    parser.add_argument("--device", help="cpu or cuda; what follows depends on it unless given")
    parser.add_argument("--model", dest="model_name", help="name of the network")
    parser.add_argument("--images", type=int, help="images to learn from")
    parser.add_argument("--shrink", type=int, help="side of the squares of pixels that are averaged to one")
    return parser.parse_args()


def throughput(
    step: Callable[[Tensor], object], all_batches: Sequence[Tensor], wait: Callable[[], None], warmup: int = 2,
    clock: Callable[[], float] = time.perf_counter,
) -> float:  # fmt: skip
    """Images per second of the training steps after the first `warmup` ones.

    `step(batch)` trains on the images whose numbers are in `batch`, an int64 tensor (batch size,); the last of
    `all_batches` may be shorter. It may come back while the device still works: `wait()` comes back when all is
    done. `clock()` gives the time in seconds.
    """
    ### BEGIN SOLUTION
    for batch in all_batches[:warmup]:
        step(batch)
    wait()
    start = clock()
    for batch in all_batches[warmup:]:
        step(batch)
    wait()
    seconds = clock() - start
    return sum(len(batch) for batch in all_batches[warmup:]) / seconds
    ### END SOLUTION


def reached_target(accuracies: Sequence[float], target: float, patience: int) -> bool:
    """Whether the last `patience` validation accuracies are all at or above the target.

    `accuracies` has one number for each epoch so far, the newest last. With fewer epochs than `patience` the answer
    is False.
    """
    ### BEGIN SOLUTION
    newest = accuracies[-patience:]
    return len(newest) == patience and min(newest) >= target
    ### END SOLUTION


def time_to_accuracy(rows: Sequence[Row], target: float, patience: int) -> float:
    """Seconds of training from the start up to the end of the first epoch after which the target was reached.

    Measuring accuracy does not count: how often we look is no property of the batch size. `rows` has one report for
    each epoch; since the start of the run, `row.training_seconds` counts the training alone, `row.seconds`
    everything. Infinity (`math.inf`) where the target was never reached.
    """
    ### BEGIN SOLUTION
    accuracies = [row.validation_accuracy for row in rows]
    for epoch, row in enumerate(rows, start=1):
        if reached_target(accuracies[:epoch], target, patience):
            return row.training_seconds
    return math.inf
    ### END SOLUTION


def train(arguments: argparse.Namespace, setting: ExperimentConfig) -> list[Row]:
    """Train, report after each epoch, and give all reports."""
    X, y, X_validation, y_validation = setting.tensors()
    model = setting.new_model(arguments.seed)
    optimizer = torch.optim.SGD(model.parameters(), arguments.lr, momentum=MOMENTUM)

    def step(batch: Tensor) -> Tensor:
        batch = batch.to(setting.device)
        optimizer.zero_grad()
        with autocast(setting.device):  # in bfloat16, where that is faster
            loss = cross_entropy(model(X[batch]), y[batch])
        loss.backward()
        optimizer.step()
        return loss.detach() * len(batch)

    def shuffled(epoch: int) -> list[Tensor]:
        order = partition(len(y), rank=0, size=1, epoch=epoch, seed=arguments.seed)
        return list(batches(order, arguments.batch_size))

    if arguments.throughput:
        speed = throughput(step, shuffled(epoch=1), lambda: wait_for(setting.device))
        print(f"{speed:,.0f} images per second with {arguments.batch_size} images a step")
        return []

    record, rows, training_seconds = RunRecord(arguments.out), [], 0.0
    for epoch in range(1, arguments.epochs + 1):
        start = time.perf_counter()
        total_loss = sum(step(batch) for batch in shuffled(epoch))
        wait_for(setting.device)
        training_seconds += time.perf_counter() - start

        row = record.write(
            epoch=epoch,
            images=epoch * len(y),
            training_seconds=training_seconds,
            loss=float(total_loss) / len(y),
            train_accuracy=accuracy(model, X[: len(y_validation)], y[: len(y_validation)]),
            validation_accuracy=accuracy(model, X_validation, y_validation),
            lr=arguments.lr,
            effective_batch_size=arguments.batch_size,
        )
        rows.append(row)
        print(row.in_words(), flush=True)
        validation = [row.validation_accuracy for row in rows]
        if arguments.target and reached_target(validation, arguments.target, arguments.patience):
            break
    return rows


def main() -> None:
    arguments = parse_arguments()
    setting = choose_preset(
        arguments.device, model_name=arguments.model_name, images=arguments.images, shrink=arguments.shrink
    )
    print(setting, flush=True)
    rows = train(arguments, setting)
    if arguments.target and rows:
        seconds = time_to_accuracy(rows, arguments.target, arguments.patience)
        print(f"{seconds:.1f} s of training to a validation accuracy of {arguments.target:g}")


if __name__ == "__main__":
    main()
