"""bench/optimizers.py on the GPU: milliseconds of a step on ResNet-50's weights, beside torch's SGD and a copy."""

import random

import paths  # noqa: F401
import torch
from optimizers import CONTESTANTS, COPY, MOVED, PEER, copy_seconds, numbers, resnet50_shapes, step_seconds
from task import Task, run, spread


def measure(task: Task) -> None:
    device, shapes, rounds = torch.device(task.sizes.device), resnet50_shapes()[: task.sizes.weights], []
    for number in range(task.sizes.rounds):
        names = random.Random(number).sample(list(CONTESTANTS), len(CONTESTANTS))
        seconds = {name: step_seconds(CONTESTANTS[name], device, shapes) for name in names}
        rounds.append(seconds | {COPY: copy_seconds(device, shapes)})
        task.keep(
            ms={name: spread([1e3 * one[name] for one in rounds]) for name in (*CONTESTANTS, COPY)},
            beside_sgd={name: spread([one[name] / one[PEER] for one in rounds]) for name in CONTESTANTS},
            share_of_copy_bandwidth={
                name: spread([least / one[name] * one[COPY] / 2 for one in rounds])
                for name, (least, _) in MOVED.items()
            },
            mb_moved={name: 4e-6 * least * numbers(shapes) for name, (least, _) in MOVED.items()},
        )
        if task.seconds_left() < 10:
            break


if __name__ == "__main__":
    run(measure)
