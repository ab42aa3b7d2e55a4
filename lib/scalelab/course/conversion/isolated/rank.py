"""Inside a rank: `python rank.py ROOM SCRIPT ARGUMENTS...` runs the script as on a machine of its own.

The rank works in a folder that no other rank can see, and its local rank is 0. Nothing is made up or hurried; what
the script computes is noted on the way, and written down when it ends.
"""

import contextlib
import hashlib
import io
import os
import re
import runpy
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

import msgspec
import torch

import scalelab.train
from scalelab.check.observe.hook import around
from scalelab.check.observe.losses import watch_losses
from scalelab.check.observe.reports import watch_reports
from scalelab.check.observe.steps import OptimizerSteps, state, trained
from scalelab.course.conversion.isolated.trace import Batch, MeasuredAccuracy, RankTrace, ReportedValues

MOST_LINES = 1000  # of the standard error


def main() -> None:
    """Run the script as Python itself would."""
    room, script, *arguments = sys.argv[1:]
    rank = os.environ.get("HOROVOD_RANK", "0")
    folder = Path(room) / f"rank-{rank}"
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    sys.path[0] = str(Path(script).parent)
    sys.argv = [script, *arguments]
    observer = RankObserver()
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        (Path(room) / f"trace-{rank}.json").write_bytes(msgspec.json.encode(observer.finished_trace()))


class RankObserver:
    """Notes what the script does, by standing around the functions that it calls."""

    def __init__(self):
        self.trace, self.optimizer, self.within_horovod = RankTrace(), None, False
        watch_losses(self.loss)
        watch_reports(self.report)
        around(scalelab.train, "accuracy", self.accuracy)
        sys.stderr = Noted(sys.stderr, self.trace.logged)
        OptimizerSteps(self.before, self.after, quiet=lambda: self.within_horovod)
        with contextlib.suppress(ImportError):
            import horovod.torch as hvd

            hvd.local_rank, hvd.local_size = (lambda: 0), (lambda: 1)
            # Where there is no state yet, it makes one by a step of its own.
            around(hvd, "broadcast_optimizer_state", self.in_horovod)

    def loss(self, logits: torch.Tensor, target: torch.Tensor, loss: torch.Tensor, _summed: bool) -> None:
        """Note the batch that is trained on."""
        if target.ndim == 1 and logits.ndim == 2:
            right = int((logits.argmax(1) == target).sum())
            self.trace.batches.append(Batch(loss.detach().mean().item() * len(target), right, target.tolist()))

    def accuracy(self, original: Callable, model, X, y, *more, **options) -> float:
        """Note on how many images, and the result."""
        value = original(model, X, y, *more, **options)
        self.trace.measured.append(MeasuredAccuracy(len(y), value, len(self.trace.batches)))
        return value

    def report(self, values: dict[str, float]) -> None:
        """Note the numbers of a row of the run record."""
        self.trace.reported.append(ReportedValues(values, len(self.trace.batches)))

    def in_horovod(self, original: Callable, *arguments, **options):
        """Optimizer steps within are Horovod's own."""
        self.within_horovod = True
        try:
            return original(*arguments, **options)
        finally:
            self.within_horovod = False

    def before(self, optimizer: torch.optim.Optimizer) -> None:
        """Note what the script begins with."""
        if not self.trace.start_weights:
            self.trace.start_weights, self.trace.start_state = digest(trained(optimizer)), digest(state(optimizer))

    def after(self, optimizer: torch.optim.Optimizer) -> None:
        """Keep the optimizer: its weights and state are noted at the end."""
        self.optimizer = optimizer

    def finished_trace(self) -> RankTrace:
        """The trace, with the weights and the state that the script has ended with."""
        if self.optimizer is not None:
            self.trace.end_weights = digest(trained(self.optimizer))
            self.trace.end_state = digest(state(self.optimizer))
        return self.trace


class Noted(io.TextIOBase):
    """A stream that keeps the lines written to it; those of `warnings` are nobody's log."""

    def __init__(self, stream: TextIO, lines: list[str]):
        self.stream, self.lines, self.begun = stream, lines, ""

    def write(self, text: str) -> int:
        """Pass it on, and keep its lines."""
        if sys._getframe(1).f_code.co_filename != warnings.__file__:
            *ended, self.begun = re.split(r"[\r\n]", self.begun + text)
            self.lines += [line for line in ended if line.strip()][: MOST_LINES - len(self.lines)]
        return self.stream.write(text)

    def flush(self) -> None:
        """Pass on what is left."""
        self.stream.flush()

    def fileno(self) -> int:
        """The stream's."""
        return self.stream.fileno()


def digest(tensors: Iterable[torch.Tensor]) -> str:
    """Changes with any bit of them; zeros count as nothing, since momentum that is zero is as good as none."""
    total = hashlib.sha256()
    for tensor in tensors:
        if bool(tensor.detach().any()):
            total.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return total.hexdigest()


if __name__ == "__main__":
    main()
