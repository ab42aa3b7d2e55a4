"""The gradient of a network's loss as a function of one vector: what the workers of a simulation, or of real processes,
call.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data.randomness import generator


class ModelGradient:
    """Call it with the weights, (n,), and a worker: the gradient over that worker's next batch, (n,).

    Each worker has a part of the images, X (N, C, H, W) and y (N,): every `workers`-th one. Batch norm's running
    statistics belong to the network, as buffers do that nobody sends.
    """

    def __init__(self, model: nn.Module, X: Tensor, y: Tensor, workers: int, batch_size: int, seed: int = 0):
        self.model, self.workers, self.batch_size, self.seed = model, workers, batch_size, seed
        self.parts = [(X[worker::workers], y[worker::workers]) for worker in range(workers)]
        self.taken = [0] * workers
        self.orders = [torch.empty(0, dtype=torch.long) for _ in range(workers)]

    @property
    def weights(self) -> np.ndarray:
        """The network's own, (n,)."""
        return _in_one([weight.detach() for weight in self.model.parameters()])

    def __call__(self, weights: np.ndarray, worker: int) -> np.ndarray:
        X, y = self._next_batch(worker)
        self.model.train()
        self._load(weights)
        self.model.zero_grad()
        cross_entropy(self.model(X), y).backward()
        return _in_one([weight.grad for weight in self.model.parameters() if weight.grad is not None])

    def accuracy(self, weights: np.ndarray, X: Tensor, y: Tensor) -> float:
        """The share of these images that the network with these weights names rightly."""
        self.model.eval()
        self._load(weights)
        with torch.no_grad():
            guesses = torch.cat([self.model(part).argmax(dim=1) for part in X.split(500)])
        return float((guesses == y).float().mean())

    def _load(self, weights: np.ndarray) -> None:
        own = list(self.model.parameters())
        parts = torch.as_tensor(weights, dtype=torch.float32).split([weight.numel() for weight in own])
        with torch.no_grad():
            for weight, part in zip(own, parts, strict=True):
                weight.copy_(part.view_as(weight))

    def _next_batch(self, worker: int) -> tuple[Tensor, Tensor]:
        X, y = self.parts[worker]
        if len(self.orders[worker]) < self.batch_size:
            draw = generator(self.seed, "order", worker, self.taken[worker])
            self.orders[worker] = torch.randperm(len(y), generator=draw)
            self.taken[worker] += 1
        batch = self.orders[worker][: self.batch_size]
        self.orders[worker] = self.orders[worker][self.batch_size :]
        return X[batch], y[batch]


def _in_one(tensors: list[Tensor]) -> np.ndarray:
    return torch.cat([tensor.reshape(-1) for tensor in tensors]).cpu().numpy()
