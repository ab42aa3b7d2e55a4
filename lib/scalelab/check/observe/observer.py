"""The state of an observed rank, and its pen."""

import inspect
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple, TypedDict

import msgspec
import torch

from scalelab.check.events import Event, Stepping, path
from scalelab.check.source.control_flow import Loop, Place, counts_steps, depends_on_rank, is_within
from scalelab.check.source.unfreezing import unfreezes
from scalelab.launch.engine import Engine
from scalelab.places import PACKAGE

LIBRARY = str(PACKAGE) + os.sep
FULL_STEPS, EVERY = 8, 16  # steps of an optimizer of which everything is told: the first, then one in so many
FEWEST_FULL_STEPS, SLOW_SECONDS = 2, 6.0  # where so many have taken so long
MOST_TAKEOVERS = 20_000


class Turns(NamedTuple):
    """How many steps an optimizer has made, and how many all of them had when it made its last."""

    made: int
    last: int


NO_TURNS = Turns(0, 0)


class Surroundings(TypedDict):
    """What `Alive` and `Ended` tell of where a rank stands."""

    left_loop: bool
    by_rank: bool


class Rank:
    """Who this process is, how far it has come, where it stands."""

    def __init__(self, traces: Path, script: Path):
        self.engine: Engine = "ddp" if "TORCHELASTIC_RUN_ID" in os.environ else "horovod"
        self.rank = int(os.environ.get("HOROVOD_RANK", os.environ.get("RANK", 0)))
        self.size = int(os.environ.get("HOROVOD_SIZE", os.environ.get("WORLD_SIZE", 1)))
        self.traces, self.script = traces, script
        self.home = str(script.parent) + os.sep
        self.file = path(traces, self.rank).open("ab", buffering=0)
        self.lock = threading.Lock()
        self.main_thread = threading.get_ident()
        self.step = self.averaged_steps = 0
        self.turns: dict[int, Turns] = {}  # of each optimizer, by its number
        self.stepping: int | None = None  # the optimizer that stepped last
        self.takeovers = 0
        self.in_full = True  # whether the next step of an optimizer that is in use is told in full
        self.began: float | None = None
        self.quiet = 0  # above 0 inside a collective call, whose own doings are not the script's
        self.call: tuple[str, str | None, bool] | None = None  # the call of Horovod under way: name, tensor, wrapped
        self.calls = self.calls_of_script = 0  # collective ones, so far
        self.exchanged = 0  # elements averaged since the last step by what the script has wrapped
        self.averaged = 0  # and by the script itself
        self.awaited: dict[int, int] = {}  # elements that the next backward will average, by the wrapped model's id
        self.covered: set[int] = set()  # ids of the parameters of models in DistributedDataParallel
        self.trained: set[int] = set()  # ids of the parameters of optimizers
        self.frozen: list[
            torch.nn.Parameter
        ] = []  # when their optimizer or model was wrapped, and to be unfrozen later
        self.unfrozen_at = 0  # the step before which the first of them was
        self.called: set[int] = set()  # ids of the trainable parameters of models that were called
        self.sharded = False  # weights are cut among the ranks, as FSDP does
        self.batch_loop: Loop | None = None  # once known: the loop that holds the backward and the step
        self.used: set[int] = set()  # ids of optimizers that the script has stepped or loaded
        self.noted: set[str] = set()  # calls of which the first is told
        self.replaced: list[object] = []  # optimizers that were given to DistributedOptimizer
        self.received = 0.0  # elements that collective calls have brought
        self.found_ended: dict[int, int] = {}  # other ranks, and the step at which this one saw that they are over
        self.before_the_end: list[Callable[[], None]] = []  # called once, before the last words

    def tell(self, event: Event) -> None:
        """Write an event as a line of JSON; threads take turns."""
        with self.lock:
            self.file.write(msgspec.json.encode(event) + b"\n")

    def stepped(self, optimizer: int, averaged: bool) -> None:
        """An optimizer has stepped, by gradients that were averaged over the ranks or by this one's own."""
        if optimizer != self.stepping and self.takeovers < MOST_TAKEOVERS:
            self.stepping = optimizer
            self.takeovers += 1
            self.tell(Stepping(self.step, optimizer))
        self.step += 1
        self.averaged_steps += averaged
        self.turns[optimizer] = Turns(self.turns.get(optimizer, NO_TURNS).made + 1, self.step)
        in_use = [number for number, turns in self.turns.items() if self.step - turns.last <= EVERY]
        self.in_full = any(map(self.tells, in_use))

    def tells(self, optimizer: int) -> bool:
        """Whether the next step of this optimizer is told in full."""
        made = self.turns.get(optimizer, NO_TURNS).made
        slow = self.step >= FEWEST_FULL_STEPS and self.seconds() > SLOW_SECONDS
        return (made < FULL_STEPS or made % EVERY == 0) and not slow

    def note_frozen(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """These are in an optimizer, or wrapped; those that are frozen now may be unfrozen later."""
        frozen = [parameter for parameter in parameters if not parameter.requires_grad]
        if frozen and unfreezes(self.script):
            self.frozen += frozen

    def note_unfreezing(self) -> None:
        """Where the script has unfrozen parameters since the last step, all begins anew: steps are told in full."""
        if not self.unfrozen_at and any(parameter.requires_grad for parameter in self.frozen):
            self.unfrozen_at = self.step
            self.turns.clear()
            self.in_full, self.began = True, None

    def where(self, frame: FrameType | None = None) -> str | None:
        """The innermost line of the learner's own files from this frame (by default the caller's) outwards."""
        frame = frame or sys._getframe(1)
        innermost = next(self._own_frames(frame), None)
        return innermost and f"{Path(innermost.f_code.co_filename).name}, line {innermost.f_lineno}"

    def stack(self, frame: FrameType | None = None) -> list[Place]:
        """All lines of the learner's own files that have led to this frame, outermost first."""
        frames = self._own_frames(frame or sys._getframe(1))
        return [Place(one.f_code.co_filename, one.f_lineno) for one in frames][::-1]

    def surroundings(self, stack: list[Place]) -> Surroundings:
        """Whether these lines are outside the loop over batches, and whether a condition on the rank led there."""
        outside = self.batch_loop is not None and not is_within(stack, self.batch_loop)
        return {"left_loop": outside, "by_rank": depends_on_rank(stack)}

    def begins_epoch(self, frame: FrameType) -> bool:
        """Whether this may begin an epoch whose batches are all trained on.

        Not so inside the loop over batches (its first line, which draws them, is before it), where steps are counted,
        and in a generator, which feeds a stream.
        """
        if any(one.f_code.co_flags & inspect.CO_GENERATOR for one in self._own_frames(frame)):
            return False
        loop = self.batch_loop
        return loop is None or not (is_within(self.stack(frame), loop.body) or counts_steps(loop))

    def _own_frames(self, frame: FrameType | None) -> Iterator[FrameType]:
        """The frames of the learner's own files, innermost first."""
        while frame is not None:
            if self.is_own(frame.f_code.co_filename):
                yield frame
            frame = frame.f_back

    def is_own(self, file: str) -> bool:
        """Whether a file is the script or lies beside it, and is not an installed package."""
        if file == str(self.script):
            return True
        return file.startswith(self.home) and "site-packages" not in file and not file.startswith(LIBRARY)

    def seconds(self) -> float:
        """Seconds since the first step began; 0 before it."""
        return time.monotonic() - self.began if self.began else 0.0
