"""What a submission is held to, per device: read from rubric.toml, every value checked."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scalelab.data.images import STANDIN
from scalelab.errors import ScaleLabError
from scalelab.places import RUBRIC
from scalelab.sandbox.caps import Caps

LARGE_BATCH_RUBRIC = RUBRIC.with_name("rubric_large_batch.toml")

Accuracy = Annotated[float, Meta(gt=0, lt=1)]
Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Accuracies (0 to 1) on the images handed out and on the test images; `floor_accuracy` earns no points."""

    train_accuracy: Accuracy
    test_accuracy: Accuracy
    floor_accuracy: Accuracy


class Rubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The terms for one device.

    workers: ranks to start; model: name for `scalelab.models.build`; train_images: how many are handed out;
    budget_epochs: the budget, in epochs that one worker of this machine could do alone;
    memory_gb, processes, disk_mb: caps on the ranks together (scalelab.sandbox.Caps);
    targets: by data set, for the stand-in is easier than CIFAR-10;
    runs: how often a submission is run, with a seed more each time; take: which of the runs counts, by how far the
    worse of its two accuracies is above its target; spread, most_runs: where that one is within so much of its target,
    the submission is run again, up to so many times in all;
    effective_batch_size: how many images an optimizer step must take at least, of all ranks together; None: any.
    """

    workers: Count
    model: str
    train_images: Count
    budget_epochs: Positive
    memory_gb: Positive
    processes: Count = Caps.processes
    disk_mb: Count = Caps.disk_mb
    runs: Count = 1
    take: Literal["median", "best"] = "median"
    spread: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    most_runs: Count = 1
    effective_batch_size: Count | None = None
    targets: dict[Literal["cifar10", "standin"], Targets]

    @property
    def caps(self) -> Caps:
        """On the ranks of a submission."""
        return Caps(self.memory_gb, self.processes, self.disk_mb)

    def targets_for(self, source: str) -> Targets:
        """The targets on the data that `Dataset.source` names; raises ScaleLabError where there are none."""
        name = "standin" if source == STANDIN else "cifar10"
        if name not in self.targets:
            raise ScaleLabError(f"The rubric has no targets for {source}; add a part [....targets.{name}].")
        return self.targets[name]


def load_rubric(path: Path, device: str) -> Rubric:
    """The rubric's part for `device` ("cpu" or "gpu"); raises ScaleLabError in one sentence where it is not valid."""
    try:
        parts = msgspec.toml.decode(path.read_bytes(), type=dict[str, Rubric])
    except OSError:
        raise ScaleLabError(f"There is no rubric {path}; name one with --rubric.") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ScaleLabError(f"The rubric {path} is not valid: {error}.") from None
    if device not in parts:
        raise ScaleLabError(f"The rubric {path} has no part for {device!r}; it has {', '.join(parts)}.")
    return parts[device]
