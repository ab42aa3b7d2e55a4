"""The budget of a submission in seconds, by how fast one worker of this machine trains."""

import msgspec

from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.request import GradeRequest
from scalelab.grade.run.clock.worker_speed import measure_worker_speed


class Budget(msgspec.Struct, frozen=True):
    """The seconds that a submission gets; where they were measured, the speed they were made from, and its probe.

    With a probe they are seconds of `FairClock`, else those of the clock on the wall.
    """

    seconds: float
    worker_images_per_second: float | None = None
    probe_seconds: float | None = None


def resolve_budget(request: GradeRequest, listener: ProgressListener) -> Budget:
    """As given, or as many seconds as one worker of this machine needs for the rubric's epochs.

    So one rubric is equally hard on a laptop and on a GPU node.
    """
    if request.budget_seconds is not None:
        return Budget(request.budget_seconds, probe_seconds=request.probe_seconds)
    listener.on(StepStarted("Measuring how fast one worker of this machine is"))
    rubric = request.rubric
    speed = measure_worker_speed(rubric.model, request.device)
    seconds = rubric.budget_epochs * rubric.train_images / speed.images_per_second
    return Budget(seconds, speed.images_per_second, speed.probe_seconds)
