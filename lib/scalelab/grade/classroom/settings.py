"""The terms of a class: settled once, the same for everybody, and kept for whoever resumes."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.files.lock import held
from scalelab.grade.classroom.json_file import read, save
from scalelab.grade.classroom.paths import Places
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.run.budget import Terms


class ClassTerms(msgspec.Struct, frozen=True, kw_only=True):
    """All that a result depends on besides the submission; `rubric` is the fingerprint of the rubric's part."""

    workers: int
    device: str
    seed: int
    dataset: str
    rubric: str
    budget_seconds: float
    worker_images_per_second: float | None = None

    @property
    def fingerprint(self) -> str:
        """A result holds only under the terms that it was given under."""
        what_matters = msgspec.structs.replace(self, worker_images_per_second=None)
        return hashlib.sha256(msgspec.json.encode(what_matters)).hexdigest()


@contextmanager
def agreed_terms(
    order: ClassOrder,
    places: Places,
    dataset: str,
    measure: Callable[[], Terms],
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[ClassTerms]:
    """The terms on which all graders of this class agree while the block runs.

    Those of an earlier start, where they fit the order; else new ones, with the budget as ordered or as `measure`
    gives it. Raises ScaleLabError where another grader is at work under terms that do not fit.
    """
    with ExitStack() as at_work:
        with held(places.lock("terms"), waiting=lambda: say("Another grader of this class is settling the budget")):
            terms = read(places.terms, ClassTerms)
            if terms is None or not _fit(terms, order, dataset):
                _require_alone(order, places)
                terms = _new_terms(order, dataset, measure, terms)
                save(places.terms, terms)
            at_work.enter_context(held(places.lock("running"), shared=True))
        yield terms


def _require_alone(order: ClassOrder, places: Places) -> None:
    with held(places.lock("running"), wait=False) as alone:
        if not alone:
            raise ScaleLabError(
                f"Another grader works on {order.out} under other terms; wait for it, or give another --out."
            )


def _fit(terms: ClassTerms, order: ClassOrder, dataset: str) -> bool:
    budget = order.budget_seconds or terms.budget_seconds
    return terms.seed == order.seed and budget == terms.budget_seconds and _same_speed(terms, order, dataset)


def _same_speed(terms: ClassTerms, order: ClassOrder, dataset: str) -> bool:
    """Whether a budget measured under the old terms holds for the order as well."""
    now = (order.workers, order.device, dataset, _fingerprint(order))
    return now == (terms.workers, terms.device, terms.dataset, terms.rubric)


def _new_terms(order: ClassOrder, dataset: str, measure: Callable[[], Terms], old: ClassTerms | None) -> ClassTerms:
    if order.budget_seconds is not None:
        budget, speed = order.budget_seconds, None
    elif old and _same_speed(old, order, dataset):
        budget, speed = old.budget_seconds, old.worker_images_per_second
    else:
        measured = measure()
        budget, speed = measured.budget_seconds, measured.worker_images_per_second
    return ClassTerms(
        workers=order.workers,
        device=order.device,
        seed=order.seed,
        dataset=dataset,
        rubric=_fingerprint(order),
        budget_seconds=budget,
        worker_images_per_second=speed,
    )


def _fingerprint(order: ClassOrder) -> str:
    return hashlib.sha256(msgspec.json.encode(order.rubric)).hexdigest()
