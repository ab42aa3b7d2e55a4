"""CIFAR-10 in seconds: the recipe of Page 2018 ("How to train your ResNet") and Jordan 2024 (arXiv:2404.00498).

Nesterov SGD on label-smoothed cross entropy, a learning rate that rises and falls in straight lines, images mirrored in
every other epoch and moved by up to 2 pixels; channels-last, bfloat16, compiled. All data lies on the device.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from sizes import Sizes
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from scalelab.data import load, standardise, statistics
from scalelab.models.fast_resnet import FastResNet, mirrored_logits
from scalelab.train import autocast, wait_for

PEAK_LR = 0.4 / 512  # of an image in a batch: gradients are summed over a batch, as published
PEAK_AT = 0.2  # share of the run
WEIGHT_DECAY, MOMENTUM = 5e-4 * 512, 0.9
LABEL_SMOOTHING = 0.2
SHIFT = 2  # pixels
FITTED = 5000  # images that the first layer whitens by

Join = Callable[[nn.Module, torch.optim.Optimizer], torch.optim.Optimizer]


@dataclass
class Run:
    """Of one training: seconds (of training alone) and test accuracy after each epoch; at the end mirrored as well."""

    images: int
    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    mirrored: float = 0.0

    def seconds_to(self, target: float) -> float | None:
        """When it was first reached; None where it was not."""
        reached = (time for time, accuracy in zip(self.seconds, self.accuracies, strict=True) if accuracy >= target)
        return next(reached, None)

    def images_per_second(self) -> float:
        return self.images / self.seconds[-1]


@dataclass(frozen=True)
class Data:
    """Standardised images and labels on the device, and where they come from."""

    X: Tensor
    y: Tensor
    X_test: Tensor
    y_test: Tensor
    source: str


def read_data(sizes: Sizes) -> Data:
    """All of CIFAR-10, or the first of the images for the rehearsal."""
    data, device = load("cifar10"), torch.device(sizes.device)
    pixels = statistics(data.train)
    tensors = [
        tensor.to(device)
        for part in (data.train, data.test)
        for tensor in (standardise(part.images[: sizes.fast_images], pixels), part.labels[: sizes.fast_images])
    ]
    return Data(*tensors, data.source)


@dataclass
class Trainer:
    """Trains networks one after another: what is compiled for the first serves the others.

    Images are channels-last, and with them whatever is computed; weights are not, since Horovod refuses such.

    `rank` and `size` are of this worker; `join` makes the workers' optimizers one.
    """

    sizes: Sizes
    data: Data
    join: Join = lambda model, optimizer: optimizer
    rank: int = 0
    size: int = 1

    def __post_init__(self) -> None:
        self.model = FastResNet(width=self.sizes.width).to(self.data.X.device)
        self.fast = torch.compile(self.model) if self.sizes.compiled else self.model
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        optimizer = torch.optim.SGD(weights, lr=0.0, momentum=MOMENTUM, nesterov=True, weight_decay=WEIGHT_DECAY)
        # Once: Horovod's hooks stay on the weights for good.
        self.optimizer = self.join(self.model, optimizer)

    def train(self, seed: int, epochs: int) -> Run:
        """A network from new weights; evaluating it does not count as time."""
        self.begin(seed)
        batch_size = self.sizes.fast_batch // self.size
        steps = len(self.data.y) // self.size // batch_size * epochs
        run, step, spent = Run(steps * batch_size * self.size), 0, 0.0
        device = self.data.X.device
        for epoch in range(epochs):
            wait_for(device)
            start = time.perf_counter()
            for X, y in self.batches(seed, epoch, batch_size):
                step += 1
                self.step(X, y, triangle(step / steps))
            wait_for(device)
            spent += time.perf_counter() - start
            run.seconds.append(spent)
            run.accuracies.append(self.accuracy(self.fast))
        run.mirrored = self.accuracy(lambda images: mirrored_logits(self.fast, images))
        return run

    def begin(self, seed: int) -> None:
        """New weights in the network as it is compiled, the same on all workers, and no momentum."""
        torch.manual_seed(seed)
        fresh = FastResNet(width=self.sizes.width).to(self.data.X.device)
        fresh.fit(self.data.X[:FITTED])
        self.model.load_state_dict(fresh.state_dict())
        self.optimizer.state.clear()

    def step(self, X: Tensor, y: Tensor, share: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = share * PEAK_LR
        with autocast(X.device):
            loss = cross_entropy(self.fast(X), y, label_smoothing=LABEL_SMOOTHING, reduction="sum")
        self.optimizer.zero_grad()
        # Horovod takes means over workers; the sum over all of their images is `size` times that.
        (loss * self.size).backward()
        self.optimizer.step()

    def batches(self, seed: int, epoch: int, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The epoch's batches of this worker: whole ones only."""
        draws = torch.Generator(self.data.X.device).manual_seed(1000 * seed + epoch)
        order = torch.randperm(len(self.data.y), generator=draws, device=self.data.X.device)[self.rank :: self.size]
        X = moved(mirrored(self.data.X, epoch, seed), draws)
        for batch in order.split(batch_size):
            if len(batch) == batch_size:
                yield X[batch].contiguous(memory_format=torch.channels_last), self.data.y[batch]

    @torch.no_grad()
    def accuracy(self, logits: Callable[[Tensor], Tensor]) -> float:
        """On the test images, with batches of one size, for which nothing is compiled anew but once."""
        self.model.eval()
        answers = []
        for X in self.data.X_test.split(1000):
            with autocast(X.device):
                answers.append(logits(X.contiguous(memory_format=torch.channels_last)).argmax(1))
        self.model.train()
        return float((torch.cat(answers) == self.data.y_test).float().mean())


def triangle(share: float) -> float:
    """0 at the start, 1 at PEAK_AT of the run, 0 at its end."""
    return min(share / PEAK_AT, (1 - share) / (1 - PEAK_AT))


def mirrored(X: Tensor, epoch: int, seed: int) -> Tensor:
    """Half of the images, drawn once; in the next epoch the other half (alternating flip, Jordan 2024, section 3.6)."""
    draws = torch.Generator(X.device).manual_seed(seed)
    first = torch.rand(len(X), generator=draws, device=X.device) < 0.5
    return torch.where((first ^ bool(epoch % 2))[:, None, None, None], X.flip(-1), X)


def moved(X: Tensor, draws: torch.Generator) -> Tensor:
    """Each image by up to SHIFT pixels each way, filled by reflection."""
    wide, side = pad(X, (SHIFT,) * 4, mode="reflect"), X.shape[-1]
    out = torch.empty_like(X)
    places = torch.randint((2 * SHIFT + 1) ** 2, (len(X),), generator=draws, device=X.device)
    for place in range((2 * SHIFT + 1) ** 2):  # 25 moves of many images in place of one of each image
        down, right = divmod(place, 2 * SHIFT + 1)
        out[places == place] = wide[places == place][:, :, down : down + side, right : right + side]
    return out


def summary(runs: list[Run], target: float) -> dict[str, Any]:
    """All rounds of a recipe's runs, as they are stored."""
    return {
        "seconds": [run.seconds[-1] for run in runs],
        "accuracy": [run.accuracies[-1] for run in runs],
        "accuracy_with_mirrored": [run.mirrored for run in runs],
        f"seconds_to_{target:g}": [run.seconds_to(target) for run in runs],
        "images_per_second": [run.images_per_second() for run in runs],
    }
