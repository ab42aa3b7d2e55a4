"""What the usual slips in Downpour SGD's worker lead to: the sentence, and the server's weights in the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Gradient = Callable[[np.ndarray, int], np.ndarray]


class TracedServer:
    """A parameter server of one worker, which moves its weights by SGD. `calls` holds "get" and "add" in turn."""

    def __init__(self, weights: np.ndarray, lr: float):
        self.weights, self.lr = np.array(weights, dtype=float), lr
        self.calls: list[str] = []

    def get(self) -> np.ndarray:
        """A copy of the weights, (n,)."""
        self.calls.append("get")
        return self.weights.copy()

    def add(self, gradient: np.ndarray) -> None:
        """Move them by a gradient, (n,)."""
        self.calls.append("add")
        self.weights = self.weights - self.lr * np.asarray(gradient)


@dataclass(frozen=True)
class Pushed:
    """What a worker has when it pushes: the sum of its gradients and how many they are, its own weights, the rate, and
    every how many steps it pushes.
    """

    accrued: np.ndarray
    count: int
    own: np.ndarray
    lr: float
    push_every: int


# A sentence, and what is other than it should be.
SLIPS: Mapping[str, Mapping[str, Any]] = {
    "the worker's own copy does not move between two fetches; it makes a step of its own after every gradient": {
        "moves": False},
    "what was pushed is pushed again with the next gradients; set the sum back to 0 after each push": {
        "resets": False},
    "only the last gradient is pushed, not the sum of all since the last push": {"sums": False},
    "the mean of the gradients is pushed, not their sum": {"push": lambda has: has.accrued / has.count},
    "the sum is divided by `push_every`; push it as it is": {"push": lambda has: has.accrued / has.push_every},
    "the server has a rate of its own; push the gradients, not a step": {"push": lambda has: has.lr * has.accrued},
    "the step is pushed, with its sign; push the gradients": {"push": lambda has: -has.lr * has.accrued},
    "the weights are pushed; the server moves by gradients": {"push": lambda has: has.own},
    "what is left over in the end is not pushed": {"rest": False},
    "it fetches too late: before the gradient of that step, not after it": {"late": True},
    "it pushes after step 0, and then every so often; push when so many gradients have come together": {"early": True},
    "it fetches once, and never again": {"fetches": lambda step, every: False},
    "it fetches before every step, not only before every `fetch_every`-th": {"fetches": lambda step, every: True},
}  # fmt: skip


def worker(
    server: TracedServer, gradient: Gradient, steps: int, lr: float, fetch_every: int, push_every: int, *,
    moves: bool = True, resets: bool = True, sums: bool = True, rest: bool = True, late: bool = False,
    early: bool = False, push: Callable[[Pushed], np.ndarray] = lambda has: has.accrued,
    fetches: Callable[[int, int], bool] = lambda step, every: step % every == 0,
) -> None:  # fmt: skip
    """Downpour's worker, with what is wrong in it."""
    own = server.get()
    accrued, count = np.zeros_like(own), 0
    for step in range(steps):
        fetch = step and fetches(step, fetch_every)
        if fetch and not late:
            own = server.get()
        slope = gradient(own, step)
        if fetch and late:
            own = server.get()
        own = own - lr * slope if moves else own
        accrued, count = (accrued + slope if sums else slope), count + 1
        full = step % push_every == 0 if early else (step + 1) % push_every == 0
        if full or (step + 1 == steps and rest):
            server.add(push(Pushed(accrued, count, own, lr, push_every)))
            accrued, count = (np.zeros_like(own), 0) if resets else (accrued, count)


def slips_of_downpour(
    start: np.ndarray, gradient: Gradient, steps: int, lr: float, fetch_every: int, push_every: int
) -> dict[str, np.ndarray]:
    """{sentence: the server's weights in the end, (n,)}, for `expect`."""
    found = {}
    for sentence, wrong in SLIPS.items():
        server = TracedServer(start, lr)
        worker(server, gradient, steps, lr, fetch_every, push_every, **wrong)
        found[sentence] = server.weights
    return found
