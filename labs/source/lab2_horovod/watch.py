"""K workers train for some steps, and keep how long each stage of each step took.

    horovodrun -np 2 python watch.py --compression fp16 --out runs/watch.json

What Horovod itself is told stands in variables of the environment, for example HOROVOD_FUSION_THRESHOLD=0 or
HOROVOD_TIMELINE=runs/timeline.json; what the optimizer is told stands in the options below. The notebook
03_watching.ipynb switches one after the other.
"""

import argparse
import itertools
import json
import statistics
import time
from pathlib import Path

import horovod.torch as hvd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data import partition
from scalelab.models import build
from scalelab.train import ExperimentConfig, choose_preset, wait_for

STAGES = ("input", "forward", "backward", "exchange", "update")
WARMUP_STEPS = 10
LR, MOMENTUM = 0.01, 0.9


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a name such as wide-resnet-10-1, or dense-LAYERS-WIDTH")
    parser.add_argument("--batch-size", type=int, default=16, help="images of a backward pass of a worker")
    parser.add_argument("--steps", type=int, default=60, help=f"that count, after {WARMUP_STEPS} of warm-up")
    parser.add_argument("--accumulation-steps", type=int, default=1, help="backward passes per step")
    parser.add_argument("--compression", choices=("none", "fp16"), default="none", help="of gradients on their way")
    parser.add_argument("--groups", type=int, help="exchange the gradients in so many groups; without: one by one")
    parser.add_argument("--late-rank", type=int, help="a rank whose batches come late")
    parser.add_argument("--late-by", type=float, default=0.02, help="seconds by which they do")
    parser.add_argument("--device", help="cpu or cuda")
    parser.add_argument("--out", type=Path, default=Path("runs/watch.json"), help="file for what was measured")
    return parser.parse_args()


def new_model(name: str, setting: ExperimentConfig) -> nn.Module:
    """One of the course's networks, or a plain one: LAYERS fully connected layers of WIDTH neurons."""
    image = setting.dataset.train.images[0]
    if not name.startswith("dense-"):
        return build(name, len(setting.dataset.classes), image.shape[0]).to(setting.device)
    layers, width = map(int, name.split("-")[1:])
    sizes = [image.numel(), *[width] * (layers - 1), len(setting.dataset.classes)]
    dense = [part for pair in itertools.pairwise(sizes) for part in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(nn.Flatten(), *dense[:-1]).to(setting.device)


class Laps:
    """Reads the clock between two stages of a step, when the device has done what it was given."""

    def __init__(self, device: torch.device):
        self.device, self.began, self.last = device, time.time(), time.perf_counter()
        self.seconds = dict.fromkeys(STAGES, 0.0)

    def end_of(self, stage: str) -> None:
        wait_for(self.device)
        now = time.perf_counter()
        self.seconds[stage] += now - self.last
        self.last = now


def train(arguments: argparse.Namespace, model: nn.Module, X: Tensor, y: Tensor) -> list[Laps]:
    """Train, and give the laps of every step after the warm-up."""
    optimizer = torch.optim.SGD(model.parameters(), LR, momentum=MOMENTUM)
    optimizer = hvd.DistributedOptimizer(
        optimizer,
        model.named_parameters(),
        compression=getattr(hvd.Compression, arguments.compression),
        backward_passes_per_step=arguments.accumulation_steps,
        groups=arguments.groups,
    )
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    indices = partition(len(y), hvd.rank(), hvd.size(), epoch=0, seed=0)
    batches = itertools.cycle(indices.to(y.device).split(arguments.batch_size))

    laps = []
    for _ in range(WARMUP_STEPS + arguments.steps):
        lap = Laps(y.device)
        for _ in range(arguments.accumulation_steps):
            batch = next(batches)
            images, labels = X[batch], y[batch]
            if hvd.rank() == arguments.late_rank:
                time.sleep(arguments.late_by)
            lap.end_of("input")
            # Horovod adds up the gradients of the passes; the mean that we want is our own business.
            loss = cross_entropy(model(images), labels) / arguments.accumulation_steps
            lap.end_of("forward")
            loss.backward()  # hands each gradient to Horovod as soon as it is there
            lap.end_of("backward")
        optimizer.synchronize()  # `step` would do it; we ask for it ourselves to see how long it takes
        lap.end_of("exchange")
        with optimizer.skip_synchronize():
            optimizer.step()
        optimizer.zero_grad()
        lap.end_of("update")
        laps.append(lap)
    return laps[WARMUP_STEPS:]


def error_of_compression(arguments: argparse.Namespace, model: nn.Module, X: Tensor, y: Tensor) -> float:
    """By how much the ranks' mean gradient changes if it travels compressed, relative to its length."""
    batch = partition(len(y), hvd.rank(), hvd.size(), epoch=1, seed=0)[: arguments.batch_size]
    gradients = torch.autograd.grad(cross_entropy(model(X[batch]), y[batch]), list(model.parameters()))
    gradient = torch.cat([part.flatten() for part in gradients])
    exact = hvd.allreduce(gradient, name="exact")
    rounded = hvd.allreduce(gradient, name="rounded", compression=getattr(hvd.Compression, arguments.compression))
    return ((rounded - exact).norm() / exact.norm()).item()


def kept(laps: list[Laps]) -> dict[str, list]:
    """When each step of this rank began, and the seconds of its stages."""
    return {
        "began": [lap.began for lap in laps],
        "seconds": [[lap.seconds[stage] for stage in STAGES] for lap in laps],
    }


def result(arguments: argparse.Namespace, model: nn.Module, ranks: list[dict[str, list]], error: float) -> dict:
    """What the notebook reads: what was run, the bytes of each gradient, and the steps: rank 0's, and every rank's."""
    return {
        "network": arguments.model,
        "workers": hvd.size(),
        "batch_size": arguments.batch_size,
        "accumulation_steps": arguments.accumulation_steps,
        "gradients": [weights.numel() * weights.element_size() for weights in model.parameters()],
        "stages": STAGES,
        **ranks[0],
        "ranks": ranks,
        "error": error,
    }


def in_words(found: dict) -> str:
    """The medians on one line."""
    medians = [1000 * statistics.median(times) for times in zip(*found["seconds"], strict=True)]
    whole = 1000 * statistics.median(map(sum, found["seconds"]))
    parts = ", ".join(f"{stage} {median:.1f}" for stage, median in zip(STAGES, medians, strict=True))
    return f"a step takes {whole:.1f} ms ({parts})"


def main() -> None:
    arguments = parse_arguments()
    hvd.init()
    setting = choose_preset(arguments.device)
    if setting.device.type == "cuda":
        torch.cuda.set_device(hvd.local_rank())
    arguments.model = arguments.model or setting.model_name
    X, y, *_ = setting.tensors()
    torch.manual_seed(hvd.rank())
    model = new_model(arguments.model, setting)
    laps = train(arguments, model, X, y)
    error = error_of_compression(arguments, model, X, y)
    ranks = hvd.allgather_object(kept(laps))
    if hvd.rank() == 0:
        found = result(arguments, model, ranks, error)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(found))
        print(in_words(found), flush=True)
    time.sleep(0.5)  # Horovod writes its timeline now and then, and what waits at its end is lost
    hvd.shutdown()


if __name__ == "__main__":
    main()
