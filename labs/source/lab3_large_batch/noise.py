"""K workers train, and rank 0 keeps how long their gradients were, each alone and all together, in every step.

    horovodrun -np 2 python noise.py --dataset cifar10 --batch-size 64 --lr 0.1 --out runs/noise.json

The mean of K gradients is shorter than each of them, because their noise averages out: from the two lengths follows
the gradient noise scale. The notebook 01_scaling_the_batch.ipynb says how.
"""

import argparse
from pathlib import Path

import horovod.torch as hvd
import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.analysis.gradient_noise.noise_scale import squared_lengths
from scalelab.data import augment, batches, partition
from scalelab.data.randomness import generator
from scalelab.experiments.noise_scale import NoiseRun
from scalelab.train import accuracy, choose_preset


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="cifar10", help="cifar10 or fashion_mnist")
    parser.add_argument("--batch-size", type=int, default=64, help="images of all workers a step")
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--augment", action="store_true", help="flip and shift the images at random")
    parser.add_argument("--seed", type=int, default=0, help="of the first weights and of the order of the images")
    parser.add_argument("--model", help="name of the network")
    parser.add_argument("--images", type=int, help="images to learn from")
    parser.add_argument("--validation", type=int, help="images to measure accuracy on")
    parser.add_argument("--device", help="cpu or cuda")
    parser.add_argument("--out", type=Path, default=Path("runs/noise.json"), help="file for what was measured")
    return parser.parse_args()


def mean_over_ranks(numbers: Tensor) -> Tensor:
    """By a name of their own: Horovod would otherwise make one up in every step, and keep them all."""
    return hvd.allreduce(numbers, name=f"numbers.{len(numbers) if numbers.ndim else 0}")


def lengths_and_mean(model: nn.Module) -> tuple[float, float]:
    """Average the gradients over the ranks; the squared length before, on average, and after."""
    gradients = [weight.grad for weight in model.parameters()]
    lengths = squared_lengths(gradients, mean_over_ranks)
    for gradient, mean in zip(gradients, hvd.grouped_allreduce(gradients, name="gradients"), strict=True):
        gradient.copy_(mean)
    return lengths


def main() -> None:
    arguments = parse_arguments()
    hvd.init()
    setting = choose_preset(
        arguments.device, arguments.dataset,
        model_name=arguments.model, images=arguments.images, validation=arguments.validation,
    )  # fmt: skip
    if setting.device.type == "cuda":
        torch.cuda.set_device(hvd.local_rank())
    X, y, X_validation, y_validation = setting.tensors()
    model = setting.new_model(arguments.seed)
    optimizer = torch.optim.SGD(model.parameters(), arguments.lr, momentum=0.9)
    small, large, accuracies = [], [], []

    def images(batch: Tensor) -> Tensor:
        random = generator("augment", arguments.seed, len(small), hvd.rank())
        return augment(X[batch], random, shift=X.shape[-1] // 8) if arguments.augment else X[batch]

    for epoch in range(arguments.epochs):
        mine = partition(len(y), hvd.rank(), hvd.size(), epoch, arguments.seed).to(setting.device)
        for batch in batches(mine, arguments.batch_size // hvd.size()):
            optimizer.zero_grad()
            cross_entropy(model(images(batch)), y[batch]).backward()
            own, all_together = lengths_and_mean(model)
            small.append(own)
            large.append(all_together)
            optimizer.step()
        accuracies.append(accuracy(model, X_validation, y_validation))
        if hvd.rank() == 0:
            print(f"epoch {epoch + 1}  validation accuracy {accuracies[-1]:.3f}", flush=True)

    if hvd.rank() == 0:
        run = NoiseRun(str(setting), arguments.batch_size, hvd.size(), arguments.lr, arguments.seed,
                       small, large, accuracies)  # fmt: skip
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_bytes(msgspec.json.encode(run))


if __name__ == "__main__":
    main()
