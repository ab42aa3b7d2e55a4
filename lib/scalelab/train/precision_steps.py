"""Training steps in float32 and in bfloat16, turn by turn, on one core.

    python -m scalelab.train.precision_steps

prints how many times as fast the latter are.
"""

import statistics
import time

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.models import build

MODEL, BATCH_SIZE, ROUNDS = "small-resnet", 32, 15
HOPELESS = 2.0  # times as slow: a processor without bfloat16, whose steps may take seconds each


def main() -> None:
    """Medians over rounds, of a core's own seconds: other work on the machine lengthens neither."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = build(MODEL)
    X = torch.randn(BATCH_SIZE, 3, 32, 32).to(memory_format=torch.channels_last)
    y = torch.randint(10, (BATCH_SIZE,))
    for bfloat16 in (False, True):
        step_seconds(model, X, y, bfloat16)
    rounds: list[float] = []
    while len(rounds) < ROUNDS:
        slow, fast = (step_seconds(model, X, y, bfloat16) for bfloat16 in (False, True))
        rounds.append(slow / fast)
        if rounds[0] < 1 / HOPELESS:
            break
    print(f"{statistics.median(rounds):.3f}")


def step_seconds(model: nn.Module, X: Tensor, y: Tensor, bfloat16: bool) -> float:
    """A core's seconds for the gradient of one batch, X (N, 3, 32, 32) and y (N,)."""
    start = time.process_time()
    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        loss = cross_entropy(model(X), y)
    loss.backward()
    return time.process_time() - start


if __name__ == "__main__":
    main()
