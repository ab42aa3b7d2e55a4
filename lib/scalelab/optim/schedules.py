"""How the learning rate changes with the batch and with time.

Each schedule is a function of the step, counted from 0, that gives a factor of the optimizer's learning rate: what
`torch.optim.lr_scheduler.LambdaLR` takes. `product` puts several together, say a warmup and a decay.
"""

import math
from collections.abc import Callable, Sequence

from scalelab.errors import ScaleLabError

Schedule = Callable[[int], float]
RULES = {"linear": lambda k: k, "sqrt": math.sqrt, "none": lambda k: 1.0}


def scaled_lr(lr: float, k: float, rule: str = "linear") -> float:
    """The learning rate for a batch `k` times as large: k lr (Goyal et al. 2017) or sqrt(k) lr (Krizhevsky 2014).

    The first keeps the mean of k small steps; the second keeps the covariance of one step (Hoffer et al. 2017, eq. 7).
    Raises ScaleLabError for a rule other than "linear", "sqrt" and "none".
    """
    if rule not in RULES:
        raise ScaleLabError(f"There is no rule {rule!r} to scale a learning rate; the rules are {', '.join(RULES)}.")
    return lr * RULES[rule](k)


def gradual_warmup(steps: int, k: float) -> Schedule:
    """From 1/k, the learning rate of the small batch, in a straight line to 1 (Goyal et al. 2017, section 2.2)."""
    return lambda step: 1 / k + (1 - 1 / k) * min(1.0, step / steps) if steps else 1.0


def constant_warmup(steps: int, factor: float) -> Schedule:
    """`factor` for the first steps, then 1 at once (He et al. 2016, section 4.2, for their deepest network)."""
    return lambda step: factor if step < steps else 1.0


def step_decay(at: Sequence[int], factor: float = 0.1) -> Schedule:
    """Multiplied by `factor` at each of the steps `at`."""
    return lambda step: factor ** sum(step >= one for one in at)


def cosine_decay(steps: int, last: float = 0.0) -> Schedule:
    """Half a cosine from 1 down to `last` (Loshchilov and Hutter 2017, eq. 5, without restarts)."""
    return lambda step: last + (1 - last) * (1 + math.cos(math.pi * min(1.0, step / steps))) / 2


def one_cycle(steps: int, rise: float = 0.3, first: float = 0.04, last: float = 0.0) -> Schedule:
    """Up from `first` to 1 in the share `rise` of the steps, then down to `last`, straight (Smith and Topin 2018)."""
    top = rise * steps

    def factor(step: int) -> float:
        if step < top:
            return first + (1 - first) * step / top
        return last + (1 - last) * max(0.0, (steps - step) / (steps - top))

    return factor


def product(*schedules: Schedule) -> Schedule:
    """All of them at once."""
    return lambda step: math.prod(schedule(step) for schedule in schedules)
