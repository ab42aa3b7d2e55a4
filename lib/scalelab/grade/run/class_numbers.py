"""Draws the numbers that the classes have in one run: what was learned before it began does not know them."""

import secrets

import torch
from torch import Tensor

ClassNumbers = tuple[int, ...]


def draw_class_numbers(classes: int) -> ClassNumbers:
    """A new number for each class, none its own; by nothing that a submission could foresee.

    It costs an honest script nothing: first weights are drawn alike for all classes, so every order of them is learned
    equally well. Raises ValueError for fewer than two classes.
    """
    if classes < 2:
        raise ValueError("One class alone has no other number.")
    own = list(range(classes))
    random = secrets.SystemRandom()
    while True:
        drawn = random.sample(own, classes)
        if all(new != old for old, new in enumerate(drawn)):
            return tuple(drawn)


def renumber(labels: Tensor, numbers: ClassNumbers) -> Tensor:
    """The labels (N,) by the new numbers."""
    return torch.tensor(numbers, dtype=labels.dtype)[labels.long()]
