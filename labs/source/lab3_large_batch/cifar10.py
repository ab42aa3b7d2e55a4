"""Trains a Wide ResNet on CIFAR-10 with K workers, with whatever mends a large batch switched on.

    horovodrun -np 2 python cifar10.py --batch-size 512 --scale sqrt --ghost-size 32 --out runs/ghost

Batch sizes are effective ones: the images that all workers together take a step. The learning rate is the one that
suits the base batch; --scale says how it grows from there.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import horovod.torch as hvd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, update_bn
from tricks import LearnerGhostBatchNorm, LearnerLARS, warmup_factor

from scalelab.data import augment, batches, partition
from scalelab.data.randomness import generator
from scalelab.models.ghost_norm import GhostBatchNorm2d
from scalelab.models.rank_norm import RankBatchNorm2d
from scalelab.models.replace_norms import replace_norms
from scalelab.optim import LAMB, LARC, LARS, NovoGrad, exclude, grow_batch, scaled_lr
from scalelab.optim.noise import add_noise, annealed_sigma, example_weights, matching_sigma
from scalelab.optim.schedules import (
    Schedule,
    constant_warmup,
    cosine_decay,
    gradual_warmup,
    one_cycle,
    product,
    step_decay,
)
from scalelab.train import ExperimentConfig, RunRecord, accuracy, autocast, choose_preset, save_checkpoint, wait_for

OPTIMIZERS = {
    "sgd": lambda weights, lr: torch.optim.SGD(weights, lr, momentum=0.9),
    "adam": torch.optim.AdamW,
    "adagrad": torch.optim.Adagrad,
    "lars": LARS,
    "larc": LARC,
    "lamb": LAMB,
    "novograd": NovoGrad,
}
KNOWN = 1000  # images of each worker on which training accuracy is measured


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=64, help="images of all workers a step")
    parser.add_argument("--base-batch", type=int, default=64, help="the batch size that --lr suits")
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate of the base batch")
    parser.add_argument("--scale", default="none", help="of the learning rate with the batch: none, sqrt or linear")
    parser.add_argument("--warmup", type=float, default=0, help="epochs until the scaled learning rate is reached")
    parser.add_argument("--warmup-kind", default="gradual", choices=["gradual", "constant"], help="a line, or a jump")
    decays = ["none", "steps", "cosine", "one-cycle"]
    parser.add_argument("--decay", default="none", choices=decays, help="of the learning rate")
    parser.add_argument("--decay-factor", type=float, default=0.1, help="of --decay steps: at half and three quarters")
    parser.add_argument("--hold-from", type=float, help="epoch from which on the learning rate stays as it is")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--optimizer", default="sgd", choices=OPTIMIZERS)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--excluded-lr", type=float, help="learning rate of biases and norms, in place of --lr")
    norms = parser.add_mutually_exclusive_group()
    norms.add_argument("--ghost-size", type=int, help="images that batch norm sees together; else all of a worker")
    norms.add_argument("--synchronised-norm", action="store_true", help="batch norm sees the images of all workers")
    parser.add_argument("--own", action="store_true", help="with warmup, ghost batch norm and LARS as in tricks.py")
    parser.add_argument("--noise-of", type=int, help="put back the gradient noise of a batch of so many images")
    parser.add_argument("--added-noise", type=float, help="add noise to gradients: its variance in step 0")
    parser.add_argument("--grow-at", type=int, nargs="*", default=[], help="epochs at which the batch grows fourfold")
    parser.add_argument("--average-from", type=int, help="epoch from which on the weights are averaged and measured")
    parser.add_argument("--augment", action="store_true", help="flip and shift the images at random")
    parser.add_argument("--every", type=int, default=1, help="epochs between two measurements of accuracy")
    parser.add_argument("--target", type=float, help="validation accuracy at which to stop")
    parser.add_argument("--patience", type=int, default=2, help="measurements in a row that must reach it")
    parser.add_argument("--seed", type=int, default=0, help="of the first weights and of the order of the images")
    parser.add_argument("--model", help="name of the network")
    parser.add_argument("--images", type=int, help="images to learn from")
    parser.add_argument("--validation", type=int, default=10_000, help="images to measure accuracy on")
    parser.add_argument("--tuning", action="store_true", help="hold out other images than those of the results")
    parser.add_argument("--keep", action="store_true", help="keep the last weights beside the run record")
    parser.add_argument("--device", help="cpu or cuda")
    parser.add_argument("--out", type=Path, default=Path("runs/cifar10"), help="folder for the run record")
    return parser.parse_args()


def make_model(arguments: argparse.Namespace, setting: ExperimentConfig) -> nn.Module:
    """The network, with ghost or synchronised batch norm if that was asked for."""
    model = setting.new_model(arguments.seed)
    norm = LearnerGhostBatchNorm if arguments.own else GhostBatchNorm2d
    if arguments.ghost_size:
        replace_norms(model, lambda channels: norm(channels, arguments.ghost_size))
    if arguments.synchronised_norm:
        replace_norms(model, lambda channels: RankBatchNorm2d(channels, sum_over_ranks))
    return model.to(setting.device)


def sum_over_ranks(x: Tensor) -> Tensor:
    """With gradients. Norms come one after another, on all workers alike, so those of one size can share a name."""
    return hvd.allreduce(x, op=hvd.Sum, name=f"batch-norm.{len(x)}")


def make_schedule(arguments: argparse.Namespace, steps_per_epoch: int) -> Schedule:
    """The learning rate of each step."""
    steps, k = arguments.epochs * steps_per_epoch, arguments.batch_size / arguments.base_batch
    decay = {
        "none": lambda step: 1.0,
        "steps": step_decay([steps // 2, steps * 3 // 4], arguments.decay_factor),
        "cosine": cosine_decay(steps),
        "one-cycle": one_cycle(steps),
    }[arguments.decay]
    growth = scaled_lr(1.0, k, arguments.scale)
    factor = product(make_warmup(arguments, round(arguments.warmup * steps_per_epoch), growth), decay)
    last = round((arguments.hold_from or arguments.epochs) * steps_per_epoch)
    return lambda step: arguments.lr * growth * factor(min(step, last))


def make_warmup(arguments: argparse.Namespace, steps: int, growth: float) -> Schedule:
    """From 1/growth, the base batch's rate, to 1: at once after these steps, or in a straight line."""
    if arguments.warmup_kind == "constant":
        return constant_warmup(steps, 1 / growth)
    return partial(warmup_factor, warmup_steps=steps, k=growth) if arguments.own else gradual_warmup(steps, growth)


def make_optimizer(arguments: argparse.Namespace, model: nn.Module) -> torch.optim.Optimizer:
    """The optimizer by its name; biases and norms have no weight decay and no layer-wise learning rate."""
    make = LearnerLARS if arguments.own and arguments.optimizer == "lars" else OPTIMIZERS[arguments.optimizer]
    factor = (arguments.excluded_lr or arguments.lr) / arguments.lr
    return make(exclude(model, arguments.weight_decay, factor), arguments.lr)


def make_loss(arguments: argparse.Namespace) -> Callable[[Tensor, Tensor, int], Tensor]:
    """(logits, labels, step) -> loss, in which the noise of a smaller batch is put back if that was asked for."""
    if not arguments.noise_of:
        return lambda logits, labels, step: cross_entropy(logits, labels)
    sigma = matching_sigma(arguments.batch_size, arguments.noise_of)

    def noisy(logits: Tensor, labels: Tensor, step: int) -> Tensor:
        z = example_weights(len(labels), sigma, arguments.seed, step, hvd.rank()).to(logits)
        return (z * cross_entropy(logits, labels, reduction="none")).mean()

    return noisy


def make_view(arguments: argparse.Namespace, X: Tensor) -> Callable[[Tensor, int], Tensor]:
    """(indices, step) -> images as they are trained on: augmented if that was asked for."""
    if not arguments.augment:
        return lambda batch, step: X[batch]
    shift = X.shape[-1] // 8

    def view(batch: Tensor, step: int) -> Tensor:
        return augment(X[batch], generator("augment", arguments.seed, step, hvd.rank()), shift=shift)

    return view


def to_measure(model: nn.Module, averaged: AveragedModel, first: int | None, epoch: int, X: Tensor) -> nn.Module:
    """The network itself; from epoch `first` on, where given, that with the mean of its weights since then (SWA).

    The mean needs statistics of its own in its batch norms, over the images X, the same on all workers.
    """
    if first is None or epoch < first:
        return model
    averaged.update_parameters(model)
    update_bn(X.split(256), averaged)
    hvd.broadcast_parameters(averaged.state_dict(), root_rank=0)
    return averaged


def over_ranks(*numbers: float) -> list[float]:
    """Each number, added up over the ranks."""
    return hvd.allreduce(torch.tensor(numbers, dtype=torch.float64), op=hvd.Sum).tolist()


def accuracies(
    model: nn.Module, X: Tensor, y: Tensor, X_validation: Tensor, y_validation: Tensor
) -> tuple[float, float]:
    """On training images, `KNOWN` of each worker's, and on validation images: each worker measures a part."""
    part = slice(hvd.rank(), None, hvd.size())
    known, validation = (X[part][:KNOWN], y[part][:KNOWN]), (X_validation[part], y_validation[part])
    right = [accuracy(model, *images) * len(images[1]) for images in (known, validation)]
    sums = over_ranks(*right, len(known[1]), len(validation[1]))
    return sums[0] / sums[2], sums[1] / sums[3]


def make_step(
    arguments: argparse.Namespace, model: nn.Module, lr_at: Schedule, X: Tensor, y: Tensor
) -> Callable[[Tensor, int], Tensor]:
    """(indices, step) -> the loss of these images of X and y, added up; the model has then learned from them."""
    loss_of, view = make_loss(arguments), make_view(arguments, X)
    optimizer = hvd.DistributedOptimizer(make_optimizer(arguments, model), model.named_parameters(), groups=1)

    def step(batch: Tensor, number: int) -> Tensor:
        for group in optimizer.param_groups:
            group["lr"] = lr_at(number) * group["lr_factor"]
        optimizer.zero_grad()
        with autocast(batch.device):  # in bfloat16, where that is faster
            loss = loss_of(model(view(batch, number)), y[batch], number)
        loss.backward()
        optimizer.synchronize()  # what is added below is added once, to the mean of all workers
        if arguments.added_noise:
            sigma = annealed_sigma(number, eta=arguments.added_noise)
            add_noise(model.parameters(), sigma, arguments.seed, number)
        with optimizer.skip_synchronize():
            optimizer.step()
        return loss.detach() * len(batch)

    return step


def train(arguments: argparse.Namespace, setting: ExperimentConfig) -> None:
    """Train; report at every measurement."""
    X, y, *validation = setting.tensors()
    model = make_model(arguments, setting)
    lr_at = make_schedule(arguments, -(-len(y) // arguments.batch_size))
    averaged, step = AveragedModel(model), make_step(arguments, model, lr_at, X, y)
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    batch_size_of = grow_batch(arguments.batch_size, arguments.grow_at)

    record, steps, images, training_seconds, reached = RunRecord(arguments.out, hvd.rank()), 0, 0, 0.0, 0
    for epoch in range(arguments.epochs):
        start, total_loss = time.perf_counter(), torch.zeros((), device=setting.device)
        effective, _ = batch_size_of(epoch)
        mine = partition(len(y), hvd.rank(), hvd.size(), epoch, arguments.seed).to(setting.device)
        for batch in batches(mine, effective // hvd.size()):
            total_loss += step(batch, steps)
            steps += 1
        wait_for(setting.device)
        training_seconds += time.perf_counter() - start
        images += len(mine) * hvd.size()

        measured = to_measure(model, averaged, arguments.average_from, epoch, X[mine[:KNOWN]])
        if (epoch + 1) % arguments.every and epoch + 1 < arguments.epochs:
            continue
        train_accuracy, validation_accuracy = accuracies(measured, X, y, *validation)
        loss, count = over_ranks(total_loss.item(), len(mine))
        row = record.write(
            epoch=epoch + 1, images=images, training_seconds=training_seconds, loss=loss / count,
            train_accuracy=train_accuracy, validation_accuracy=validation_accuracy,
            lr=lr_at(steps - 1), effective_batch_size=effective,
        )  # fmt: skip
        if hvd.rank() == 0:
            print(row.in_words(), flush=True)
        reached = reached + 1 if arguments.target and row.validation_accuracy >= arguments.target else 0
        if arguments.target and reached == arguments.patience:
            break
    if arguments.keep and hvd.rank() == 0:
        save_checkpoint(measured, arguments.out, epoch + 1)


def main() -> None:
    arguments = parse_arguments()
    hvd.init()
    setting = choose_preset(
        arguments.device, "cifar10", arguments.tuning,
        model_name=arguments.model, images=arguments.images, validation=arguments.validation,
    )  # fmt: skip
    if setting.device.type == "cuda":
        torch.cuda.set_device(hvd.local_rank())
    if hvd.rank() == 0:
        print(setting, flush=True)
    train(arguments, setting)


if __name__ == "__main__":
    main()
