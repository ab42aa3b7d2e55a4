"""K ranks divide a few images among them, and the division may not be even. What does the rank do that runs out?

    horovodrun -np 2 python uneven.py --images 257
    horovodrun -np 2 python uneven.py --images 257 --at-the-end join
    horovodrun -np 2 python uneven.py --images 257 --steps 4
    horovodrun -np 2 python uneven.py --images 257 --division equal

The network has one layer, and the gradients are averaged by hand, so that every number can be seen.
"""

import argparse
import time
from collections.abc import Callable

import horovod.torch as hvd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data import batches
from scalelab.train import choose_preset

PRETEND_SECONDS = 0.2  # added to each step: one of so small a network is over before you could watch it
BATCH_SIZE, LR = 32, 0.1


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=257, help="images of the epoch, over all ranks")
    parser.add_argument("--division", choices=["all", "equal"], default="all",
                        help="deal out all images, or equally many to each rank")  # fmt: skip
    parser.add_argument("--steps", type=int, help="steps after which a rank stops, though it may have batches left")
    parser.add_argument("--at-the-end", choices=["go on", "join"], default="go on",
                        help="what a rank does that has no batch left")  # fmt: skip
    return parser.parse_args()


def my_images(count: int, division: str) -> Tensor:
    """The numbers of this rank's images: every `size`-th of one shuffle, which is the same on all ranks."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    if division == "equal":
        order = order[: count // hvd.size() * hvd.size()]
    return order[hvd.rank() :: hvd.size()]


def size_of_gradient(model: nn.Module) -> float:
    return torch.cat([weights.grad.flatten() for weights in model.parameters()]).norm().item()


def compute_gradient(model: nn.Module, X: Tensor, y: Tensor) -> float:
    """This rank's own gradient; its length (norm)."""
    model.zero_grad()
    cross_entropy(model(X), y).backward()
    time.sleep(PRETEND_SECONDS)
    return size_of_gradient(model)


@torch.no_grad()
def average_and_update(model: nn.Module) -> float:
    """Wait for the gradients of all ranks and make one update with their mean; its length."""
    for name, weights in model.named_parameters():
        hvd.allreduce_(weights.grad, op=hvd.Average, name=name)
        weights -= LR * weights.grad
    return size_of_gradient(model)


def catch_up(model: nn.Module) -> None:
    """Wait until all ranks have run out; then take the weights of the one that ran out last."""
    last = hvd.join()
    print(f"rank {last} was the last to join; first weight here {first_weight(model):.5f}", flush=True)
    hvd.broadcast_parameters(model.state_dict(), root_rank=last)
    print(f"after the broadcast from rank {last}: {first_weight(model):.5f}", flush=True)


def first_weight(model: nn.Module) -> float:
    return next(model.parameters()).detach()[0, 300].item()  # at a pixel in the middle: those at the edge never move


def train(
    model: nn.Module, X: Tensor, y: Tensor, indices: Tensor, arguments: argparse.Namespace, clock: Callable[[], str]
) -> None:
    """One epoch over this rank's images, and the accuracy on the images of all ranks."""
    all_batches = list(batches(indices, BATCH_SIZE))
    print(f"{len(indices)} images, {len(all_batches)} batches", flush=True)
    all_batches = all_batches[: arguments.steps]
    steps = len(all_batches)
    for step, batch in enumerate(all_batches, start=1):
        own = compute_gradient(model, X[batch], y[batch])
        print(f"step {step} of {steps}: computed after {clock()}, waits for the other ranks", flush=True)
        used = average_and_update(model)
        print(f"step {step} of {steps}: averaged after {clock()}; gradient {own:.2f}, average {used:.2f}", flush=True)

    print(f"no batch left after {clock()}", flush=True)
    if arguments.at_the_end == "join":
        catch_up(model)
    right = (model(X[indices]).argmax(1) == y[indices]).sum()
    # Named: the ranks have made unequal numbers of calls, so names that count the calls would not agree.
    right, count = hvd.allreduce(torch.tensor([right, len(indices)]), op=hvd.Sum, name="accuracy").tolist()
    if hvd.rank() == 0:
        print(f"training accuracy {right / count:.3f}, over {count} images", flush=True)


def main() -> None:
    arguments = parse_arguments()
    hvd.init()
    X, y, *_ = choose_preset("cpu", images=arguments.images, validation=10, shrink=1).tensors()
    torch.manual_seed(0)  # the same first weights on every rank
    model = nn.Linear(X[0].numel(), 10)
    indices = my_images(arguments.images, arguments.division)
    hvd.barrier()  # begin together, so that the times can be compared
    start = time.perf_counter()

    def clock() -> str:
        return f"{time.perf_counter() - start:.2f} s"

    try:
        train(model, X.flatten(1), y, indices, arguments, clock)
    finally:
        print(f"ends after {clock()}", flush=True)


if __name__ == "__main__":
    main()
