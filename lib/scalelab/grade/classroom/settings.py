"""Settings shared by every submission of a class: resolved once, and kept for whoever resumes."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.files.lock import held
from scalelab.grade.classroom.json_file import read, save
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.run.budget import Budget


class ClassSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a result depends on besides the submission; `rubric` is the fingerprint of the rubric's part.

    The last three are those of `Budget`.
    """

    workers: int
    device: str
    seed: int
    dataset: str
    rubric: str
    budget_seconds: float
    worker_images_per_second: float | None = None
    probe_seconds: float | None = None

    @property
    def fingerprint(self) -> str:
        """A result holds only under the terms that it was given under."""
        what_matters = msgspec.structs.replace(self, worker_images_per_second=None, probe_seconds=None)
        return hashlib.sha256(msgspec.json.encode(what_matters)).hexdigest()


@contextmanager
def resolve_settings(
    request: ClassRequest,
    paths: ClassPaths,
    dataset: str,
    measure: Callable[[], Budget],
    listener: ProgressListener,
) -> Iterator[ClassSettings]:
    """The terms on which all graders of this class agree while the block runs.

    Those of an earlier start, where they fit the order; else new ones, with the budget as ordered or as `measure`
    gives it. Raises ScaleLabError where another grader is at work under terms that do not fit.
    """
    waits = StepStarted("Another grader of this class is settling the budget")
    with ExitStack() as at_work:
        with held(paths.lock("terms"), waiting=lambda: listener.on(waits)):
            settings = read(paths.settings, ClassSettings)
            if settings is None or not _fit(settings, request, dataset):
                _require_alone(request, paths)
                settings = _new_settings(request, dataset, measure, settings)
                save(paths.settings, settings)
            at_work.enter_context(held(paths.lock("running"), shared=True))
        yield settings


def _require_alone(request: ClassRequest, paths: ClassPaths) -> None:
    with held(paths.lock("running"), wait=False) as alone:
        if not alone:
            raise ScaleLabError(
                f"Another grader works on {request.out} under other terms; wait for it, or give another --out."
            )


def _fit(settings: ClassSettings, request: ClassRequest, dataset: str) -> bool:
    budget = request.budget_seconds or settings.budget_seconds
    same = (settings.seed, settings.budget_seconds) == (request.seed, budget)
    return same and _same_speed(settings, request, dataset)


def _same_speed(settings: ClassSettings, request: ClassRequest, dataset: str) -> bool:
    """Whether a budget measured under the old terms holds for the order as well."""
    now = (request.workers, request.device, dataset, _fingerprint(request))
    return now == (settings.workers, settings.device, settings.dataset, settings.rubric)


def _new_settings(
    request: ClassRequest, dataset: str, measure: Callable[[], Budget], old: ClassSettings | None
) -> ClassSettings:
    if request.budget_seconds is not None:
        budget = Budget(request.budget_seconds)
    elif old and _same_speed(old, request, dataset):
        budget = Budget(old.budget_seconds, old.worker_images_per_second, old.probe_seconds)
    else:
        budget = measure()
    return ClassSettings(
        workers=request.workers,
        device=request.device,
        seed=request.seed,
        dataset=dataset,
        rubric=_fingerprint(request),
        budget_seconds=budget.seconds,
        worker_images_per_second=budget.worker_images_per_second,
        probe_seconds=budget.probe_seconds,
    )


def _fingerprint(request: ClassRequest) -> str:
    return hashlib.sha256(msgspec.json.encode(request.rubric)).hexdigest()
