"""Keeps the images and the measuring process from one submission to the next."""

from dataclasses import dataclass
from typing import Self

from scalelab.data import load
from scalelab.grade.measure.evaluator import Evaluator
from scalelab.grade.request import GradeRequest
from scalelab.grade.run.handout import Handout, make_handout


@dataclass(frozen=True)
class Prepared:
    """The images, and who measures by them."""

    handout: Handout
    evaluator: Evaluator


class WarmEvaluator:
    """Keeps what one request needed for the next that needs the same; a context that ends the process that measures."""

    def __init__(self) -> None:
        self.key: tuple | None = None
        self.prepared: Prepared | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.prepared:
            self.prepared.evaluator.__exit__()
        self.prepared = None

    def prepare(self, request: GradeRequest) -> Prepared:
        """As the request asks."""
        key = (request.data, request.rubric.model, request.rubric.train_images, request.device, request.unsafe)
        if self.prepared is None or key != self.key or not self.prepared.evaluator.alive:
            self.__exit__()
            handout = make_handout(load("cifar10", request.data), request.rubric.train_images)
            evaluator = Evaluator(request.rubric.model, handout, request.device, request.unsafe)
            self.key, self.prepared = key, Prepared(handout, evaluator)
        return self.prepared
