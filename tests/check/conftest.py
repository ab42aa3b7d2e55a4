"""Ranks without ranks: events made by hand."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from scalelab.check.events import Call, Step
from scalelab.check.findings import find_all
from scalelab.check.rank_events import RankEvents
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output

FINISHED = Outcome("finished", "All 2 ranks finished after 1.0 s.", 1.0, Output())


@dataclass
class Story:
    """Two ranks' events, and what is found in them."""

    ranks: tuple[list, list]

    def __init__(self, initialized: bool = True):
        self.ranks = ([], [])
        if initialized:
            self.tell(Call("init", 0, "train.py, line 1"))

    def tell(self, event, other=None) -> "Story":
        """The same event on both ranks, or one for each."""
        self.ranks[0].append(event)
        self.ranks[1].append(other or event)
        return self

    def step(self, weights=(1.0, 1.0), gradients=(0.5, 0.5), **values) -> "Story":
        """A step with a weight and a gradient for each rank."""
        number = sum(isinstance(event, Step) for event in self.ranks[0])
        for rank in (0, 1):
            w, g = weights[rank], gradients[rank]
            step = {"optimizer": 0, "lr": 0.1} | values
            event = Step(number, "train.py, line 9", weights=[w, abs(w)], gradients=[g, abs(g)], **step)
            self.ranks[rank].append(event)
        return self

    def averaged(self) -> "Story":
        step = sum(isinstance(event, Step) for event in self.ranks[0])
        return self.tell(Call("allreduce_async_", step, "train.py, line 8", "weight", 100, wrapped=True))

    def findings(self, outcome=FINISHED):
        return find_all([RankEvents(i, events) for i, events in enumerate(self.ranks)], outcome)

    def ids(self, outcome=FINISHED) -> set[str]:
        return {finding.id for finding in self.findings(outcome)}


@pytest.fixture
def story():
    return Story


@pytest.fixture
def scripts() -> Path:
    return Path(__file__).parent / "scripts"
