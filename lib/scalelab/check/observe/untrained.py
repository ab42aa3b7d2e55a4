"""Tells of networks that no optimizer trains and that others learn from: a teacher, a target, an average of weights."""

import sys

import torch

from scalelab.check.events import Untrained
from scalelab.check.observe.fingerprint import fingerprint
from scalelab.check.observe.observer import Rank

MOST_NETWORKS = 20


class UntrainedNetworks:
    """Each is told once, when it gives outputs and training is under way: what is sent to all has been sent by then."""

    def __init__(self, rank: Rank):
        self.rank = rank
        self.known: set[int] = set()

    def called(self, module: torch.nn.Module) -> None:
        """A network is called without gradients."""
        if not self.rank.step or id(module) in self.known or len(self.known) >= MOST_NETWORKS or self.rank.sharded:
            return
        self.known.add(id(module))
        parameters = list(module.parameters())
        if not any(id(parameter) in self.rank.trained for parameter in parameters):
            self.rank.tell(Untrained(self.rank.step, self.rank.where(sys._getframe(2)), fingerprint(parameters)))
