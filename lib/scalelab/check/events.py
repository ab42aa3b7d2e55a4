"""What a rank tells while it is observed: one JSON line an event, written at once, so that a killed rank has told.

`step` counts the optimizer steps that the rank had finished by then. `where` is "file.py, line N" in the script.
"""

from pathlib import Path

import msgspec

from scalelab.launch.engine import Engine

UNHURRIED = "unhurried"  # a file of this name among the traces: no call of a model is hurried
HURRIED = "hurried-"  # and the rank: left by one that has hurried a call
# How calls begin by which ranks exchange gradients, weights or metrics.
AVERAGING = (
    "allreduce", "grouped_allreduce", "sparse_allreduce", "allgather", "reducescatter", "grouped_", "alltoall",
    "all_reduce", "all_gather", "reduce", "gather", "scatter", "all_to_all", "send", "recv", "isend", "irecv",
    "batch_isend_irecv",
)  # fmt: skip


class Began(msgspec.Struct, frozen=True, tag=True):
    """The first event of a rank: which engine has started it."""

    step: int
    engine: Engine


class Call(msgspec.Struct, frozen=True, tag=True):
    """A call of Horovod, or torch.distributed, by the script; `wrapped`: what averages by itself, a step's as one;
    `differentiable`: gradients flow back through it.
    """

    name: str
    step: int
    where: str | None
    tensor: str | None = None
    elements: int = 0
    wrapped: bool = False
    differentiable: bool = False


class Wrapped(msgspec.Struct, frozen=True, tag=True):
    """An optimizer was given to DistributedOptimizer, or a model to DistributedDataParallel; `state`: the optimizer
    held momentum or the like, which is lost.
    """

    step: int
    where: str | None
    state: bool


class Step(msgspec.Struct, frozen=True, tag=True):
    """A step of an optimizer: fingerprints of its weights before, of the gradients it used, of its state before.

    The state is told at the optimizer's first step only. `replaced`: it was given to DistributedOptimizer, which
    returned another that should step in its place; `wrapped`: it is such another. `device` names the GPU that holds the
    weights, unlike any other of the machine; None on a CPU.

    `own` holds the sum of each gradient as this rank's own backward made it, before any exchange. `loss_weight` is by
    what the step's `losses` were multiplied on their way into the backward, all added up: 1 for a plain one.
    `keeps_state`: the optimizer holds momentum or the like after the step. `wrapped` also of one that steps a model in
    DistributedDataParallel. `idle`: none of its parameters has a gradient. Of weights that are cut into shards, which
    differ among the ranks by intent, nothing is told.
    """

    step: int
    where: str | None
    optimizer: int
    lr: float
    weights: list[float]
    gradients: list[float]
    state: list[float] = []
    device: str | None = None
    replaced: bool = False
    own: list[float] = []
    loss_weight: float = 0.0
    losses: int = 0
    keeps_state: bool = False
    wrapped: bool = False
    idle: bool = False


class Stepping(msgspec.Struct, frozen=True, tag=True):
    """From this step on it is this optimizer that steps, until another is told."""

    step: int
    optimizer: int


class LearningRate(msgspec.Struct, frozen=True, tag=True):
    """The learning rate of an optimizer, told when it has changed; `made`: the one that it was made with."""

    step: int
    optimizer: int
    lr: float
    made: float | None = None


class Plateau(msgspec.Struct, frozen=True, tag=True):
    """A schedule was given the metric by which it decides when to cut the learning rate."""

    step: int
    where: str | None
    metric: float


class SaltedHash(msgspec.Struct, frozen=True, tag=True):
    """The script has called Python's `hash` of a text, for the first time."""

    step: int
    where: str | None


class SummedLoss(msgspec.Struct, frozen=True, tag=True):
    """A backward passed through a loss that was added up over the ranks; `weight` is the gradient that came to it."""

    step: int
    where: str | None
    weight: float


class Zeroed(msgspec.Struct, frozen=True, tag=True):
    """Gradients were reset after a backward and before the step that was to use them."""

    step: int
    where: str | None


class Mark(msgspec.Struct, frozen=True, tag=True):
    """Something that a script does once an epoch: a shuffle, or the start of a data loader."""

    step: int
    where: str | None
    kind: str


class Evaluated(msgspec.Struct, frozen=True, tag=True):
    """A forward without gradients: a hash of each image; empty where there were too many before."""

    step: int
    where: str | None
    rows: list[int]


class Batch(msgspec.Struct, frozen=True, tag=True):
    """A batch that was trained on: a hash of each image, the labels, and the indices it was drawn by, if seen.

    `stream` numbers the network that it was given to. `random`: random numbers were drawn since the batch before,
    say for dropout or noise; None where nobody looked.
    """

    step: int
    rows: list[int]
    indices: list[int] = []
    labels: list[int] = []
    stream: int = 0
    random: bool | None = None


class Untrained(msgspec.Struct, frozen=True, tag=True):
    """A network that no optimizer trains, say a teacher, gives outputs while another one is trained: a fingerprint of
    its weights.
    """

    step: int
    where: str | None
    weights: list[float]


class Write(msgspec.Struct, frozen=True, tag=True):
    """A file opened to be written, by a line of the script; relative to the working folder where it lies within.

    `append`: what was there stays, and every writer adds to it.
    """

    step: int
    where: str | None
    path: str
    append: bool = False


class Saved(msgspec.Struct, frozen=True, tag=True):
    """A checkpoint is saved, the names in which begin with what DistributedDataParallel puts before them."""

    step: int
    where: str | None


class Print(msgspec.Struct, frozen=True, tag=True):
    """A line printed."""

    step: int
    where: str | None
    text: str


class Report(msgspec.Struct, frozen=True, tag=True):
    """What the rank gave to its run record (scalelab.train.record)."""

    step: int
    where: str | None
    values: dict[str, float]


class Alive(msgspec.Struct, frozen=True, tag=True):
    """A sign of life, once a second: the line the main thread is at, and the collective call it is in.

    `calls` counts the calls begun so far. `left_loop`: the thread is no longer in the loop over batches;
    `by_rank`: it is where a condition on the rank has led it.
    """

    step: int
    where: str | None
    call: str | None
    tensor: str | None = None
    wrapped: bool = False
    calls: int = 0
    left_loop: bool = False
    by_rank: bool = False


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The last event of a rank that was not killed; `enough`: the check ended it, all ranks alike.

    `second_epoch`: it had got into that. `through`: the lines of the script that called the line `where` the error
    came up, innermost first.
    """

    step: int
    error: str | None = None
    where: str | None = None
    enough: bool = False
    second_epoch: bool = False
    left_loop: bool = False
    by_rank: bool = False
    through: list[str] = []


Event = (
    Began | Call | Wrapped | Step | Stepping | LearningRate | Plateau | SummedLoss | SaltedHash | Zeroed | Mark | Batch
    | Evaluated | Untrained | Write | Saved | Print | Report | Alive | Ended
)  # fmt: skip


def path(folder: Path, rank: int) -> Path:
    """Where a rank writes its events."""
    return folder / f"rank-{rank}.jsonl"
