"""Measures checkpoints, in a process of its own.

    python -m scalelab.grade.measure.evaluator_process MODEL FOLDER DEVICE

For every Question on standard input, of a checkpoint in FOLDER, a line of JSON goes out. Each is loaded in
child processes, one for every core, that have a cap on their memory: none can harm the measurement of the next.
"""

import os
import resource
import sys
from pathlib import Path

import msgspec
import psutil
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import convert_conv2d_weight_memory_format

from scalelab.data import Images
from scalelab.grade.measure.weights import BadCheckpointError, CutOffError, load_weights
from scalelab.grade.run.class_numbers import ClassNumbers, renumber
from scalelab.grade.run.handout import Handout
from scalelab.models import build

IMAGES = "images.safetensors"
MOST_BYTES = 4_000_000_000  # beside what the process has at its start
BATCH_SIZE = 50  # more would not fit into the caches of a core


class Question(msgspec.Struct, frozen=True):
    """A checkpoint's name, and the number that each class has in it."""

    name: str
    numbers: ClassNumbers


class Accuracies(msgspec.Struct, frozen=True, tag=True):
    """Accuracies (0 to 1) on the images handed out and on the test images, of a file with that `sha256`."""

    train_accuracy: float
    test_accuracy: float
    sha256: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Why a checkpoint could not be measured; `cut_off`: it is not whole."""

    reason: str
    cut_off: bool = False


class Counted(msgspec.Struct, frozen=True, tag=True):
    """How many images a child has found right, of the training and of the test part."""

    right: list[int]


READY = Refused("ready")  # the first line


def main() -> None:
    """Answer until standard input closes."""
    model_name, folder, device = sys.argv[1:]
    cores = len(os.sched_getaffinity(0)) if device == "cpu" else 1
    torch.set_num_threads(1)  # a child of a process that has used more could not use any
    torch.set_flush_denormal(True)  # where that can be: a processor computes a hundred times slower with such numbers
    parts = read_parts(Path(folder) / IMAGES)
    warm_up(model_name, *parts[0])
    answer(READY)
    for line in sys.stdin:
        asked = msgspec.json.decode(line, type=Question)
        path, numbered = Path(folder) / asked.name, [(X, renumber(y, asked.numbers)) for X, y in parts]
        children = [fork_child(model_name, path, device, numbered, share, cores) for share in range(cores)]
        answer(combine([read_answer(*child) for child in children], path.name, [len(y) for _, y in parts]))


def read_parts(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Standardised images (N, C, H, W) and labels (N,) of the training and of the test part."""
    stored = load_file(path)
    train, test = (Images(stored[f"{name}_images"], stored[f"{name}_labels"]) for name in ("train", "test"))
    handout = Handout(train, test, (), "")
    return [(handout.inputs(one).to(memory_format=torch.channels_last), one.labels) for one in (train, test)]


def warm_up(model_name: str, X: Tensor, y: Tensor) -> None:
    """What torch prepares for its first batch, every child inherits."""
    model = channels_last(build(model_name)).eval()
    count_right(model, X[:BATCH_SIZE], y[:BATCH_SIZE])


def channels_last(model: nn.Module) -> nn.Module:
    """The layout in which convolutions are fastest on a CPU."""
    return convert_conv2d_weight_memory_format(model, torch.channels_last)


def fork_child(model_name: str, path: Path, device: str, parts: list, share: int, of: int) -> tuple[int, int]:
    """A child that counts on its share of the batches: its number, and the pipe that its answer comes by."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, msgspec.json.encode(count_share(model_name, path, device, parts, share, of)))
        os._exit(0)
    os.close(write)
    return child, read


def read_answer(child: int, pipe: int) -> Counted | Refused | None:
    """What the child says; None if it has died."""
    with open(pipe, "rb") as said:
        answer = said.read()
    os.waitpid(child, 0)
    return msgspec.json.decode(answer, type=Counted | Refused) if answer else None


def count_share(model_name: str, path: Path, device: str, parts: list, share: int, of: int) -> Counted | Refused:
    """Right answers of the checkpoint on every `of`-th batch from number `share` on, or why there are none."""
    if device == "cpu":
        most = psutil.Process().memory_info().vms + MOST_BYTES // of
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        model = channels_last(load_weights(build(model_name), path).to(device)).eval()
    except BadCheckpointError as bad:
        return Refused(str(bad), isinstance(bad, CutOffError))
    batches = [list(zip(X.split(BATCH_SIZE), y.split(BATCH_SIZE), strict=True))[share::of] for X, y in parts]
    return Counted([sum(count_right(model, X.to(device), y.to(device)) for X, y in part) for part in batches])


@torch.no_grad()
def count_right(model: nn.Module, X: Tensor, y: Tensor) -> int:
    """How many images (N, C, H, W) get their label (N,)."""
    return int((model(X).argmax(1) == y).sum())


def combine(said: list[Counted | Refused | None], name: str, counts: list[int]) -> Accuracies | Refused:
    """The accuracies on parts of so many images, from the answers of all children."""
    counted: list[list[int]] = []
    for one in said:
        if not isinstance(one, Counted):
            return one or Refused(f"{name} could not be measured: it ended the process that loaded it.")
        counted.append(one.right)
    train, test = (sum(right) / count for right, count in zip(zip(*counted, strict=True), counts, strict=True))
    return Accuracies(train, test)


def answer(said: Accuracies | Refused) -> None:
    """A line on standard output."""
    sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
