"""The same queue on a cluster: every submission is a job of its own, and only what lies on the disk counts.

A job takes the student's lock and leaves a result in its place, as a slot's process does. What submitit pickles is
read by the jobs alone; nothing that they pickle is read.
"""

import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from typing import Self

import submitit

from scalelab.errors import ScaleLabError
from scalelab.files.scratch import scratch
from scalelab.grade.classroom.attempt import Ended, attempt, refuse
from scalelab.grade.classroom.json_file import read, save
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.slots import any_slot, find_slots
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.classroom.table import GradedRow, row_of
from scalelab.grade.measure.warm_evaluator import WarmEvaluator
from scalelab.grade.progress import Silence
from scalelab.grade.run.budget import Budget, resolve_budget

SubmititSetting = str | int | float
SECONDS_BETWEEN_LOOKS = {"local": 0.2, "slurm": 5.0}
SECONDS_FOR_A_SHARED_DISK = {"local": 0.0, "slurm": 90.0}  # until one machine sees what another has written
JOBS_ON_SLURM = 1000
SPARE_MINUTES, BUDGETS = 30, 4  # a job's time: for runs of several seeds, the conversion check, and measuring
SPARE_GB = 4.0  # for the grader beside the ranks


class Cluster:
    """Grades by jobs of submitit. Use it as a context: at its end, jobs that still wait or run are cancelled.

    `kind` is "slurm", or "local" for jobs on this machine; `settings` go to submitit, e.g. {"slurm_partition": "gpu"}.
    """

    def __init__(self, request: ClassRequest, kind: str, settings: dict[str, SubmititSetting]):
        self.request, self.kind, self.settings = request.absolute(), kind, settings
        self.paths = ClassPaths(self.request.out)
        self.at_once = JOBS_ON_SLURM if kind == "slurm" else len(find_slots(request.workers, request.device))
        self.jobs: dict[Submission, submitit.Job] = {}
        self.missed: dict[submitit.Job, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        for job in self.jobs.values():
            job.cancel(check=False)

    def measure(self) -> Budget:
        """The budget as a job measures it, on one of the cluster's own machines."""
        answer = self.paths.lock("measured.json")
        answer.unlink(missing_ok=True)
        [job] = self._submit([(measure_in_job, self.request)])
        while not (found := read(answer, Budget)):
            if self._is_lost(job):
                raise ScaleLabError(f"The budget could not be measured: {_in_words(job)}")
            time.sleep(SECONDS_BETWEEN_LOOKS[self.kind])
        return found

    def grade(self, submissions: Sequence[Submission], settings: ClassSettings) -> Iterator[Ended]:
        """Grade all; each is given when its job has ended."""
        waiting = list(submissions)
        while waiting or self.jobs:
            self._start(waiting, settings)
            for submission in [submission for submission, job in self.jobs.items() if job.done()]:
                if ended := self._outcome(submission, settings):
                    del self.jobs[submission]
                    yield ended
            time.sleep(SECONDS_BETWEEN_LOOKS[self.kind])

    def _start(self, waiting: list[Submission], settings: ClassSettings) -> None:
        """Take as many from those waiting as may be jobs at once."""
        count = max(0, self.at_once - len(self.jobs))
        now, waiting[:] = waiting[:count], waiting[count:]
        for submission in now:
            self.paths.refusal(submission.student).unlink(missing_ok=True)
        minutes = SPARE_MINUTES + math.ceil(BUDGETS * settings.budget_seconds / 60)
        tasks = [(attempt_in_job, self.request, submission, settings) for submission in now]
        self.jobs |= dict(zip(now, self._submit(tasks, minutes), strict=True))

    def _submit(self, tasks: list[tuple], minutes: int = SPARE_MINUTES) -> list[submitit.Job]:
        """Several tasks make one job array."""
        if not tasks:
            return []
        needs = {
            "name": "scalelab",
            "timeout_min": minutes,
            "cpus_per_task": self.request.workers,
            "gpus_per_node": self.request.workers if self.request.device == "gpu" else None,
            "mem_gb": self.request.rubric.memory_gb + SPARE_GB,
        }
        try:
            executor = submitit.AutoExecutor(self.paths.jobs, self.kind)
            executor.update_parameters(**needs | self.settings)
            with executor.batch():
                return [executor.submit(*task) for task in tasks]
        except (AssertionError, NameError, RuntimeError, ValueError, submitit.core.utils.FailedJobError) as error:
            raise ScaleLabError(f"The cluster takes no jobs: {str(error).splitlines()[0]}.") from None

    def _outcome(self, submission: Submission, settings: ClassSettings) -> Ended | None:
        """What a job that is over has left on the disk; None while that may still be on its way here."""
        job = self.jobs[submission]
        if isinstance(row_of(self.paths, submission, settings), GradedRow):
            return Ended(submission.student, "graded")
        if self.paths.refusal(submission.student).exists():
            return Ended(submission.student, "refused")
        return refuse(self.paths, submission.student, _in_words(job)) if self._is_lost(job) else None

    def _is_lost(self, job: submitit.Job) -> bool:
        """Whether a job is over, and what it has written should long be seen."""
        if not job.done():
            return False
        return time.monotonic() - self.missed.setdefault(job, time.monotonic()) >= SECONDS_FOR_A_SHARED_DISK[self.kind]


def read_settings(pairs: Sequence[str]) -> dict[str, SubmititSetting]:
    """{"slurm_partition": "gpu"} from ["slurm_partition=gpu"]; raises ScaleLabError for what is no such pair."""
    settings: dict[str, SubmititSetting] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise ScaleLabError(f"A setting is KEY=VALUE, as in slurm_partition=gpu, not {pair!r}.")
        settings[name] = _number(value)
    return settings


def _number(text: str) -> SubmititSetting:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def attempt_in_job(request: ClassRequest, submission: Submission, settings: ClassSettings) -> None:
    """What a job does: grade one submission in whichever slot of its machine is free."""
    with scratch(), any_slot(find_slots(request.workers, request.device)) as slot:
        slot.settle_in()
        with WarmEvaluator() as warm:
            attempt(request, submission, settings, Silence(), warm, wait=True)


def measure_in_job(request: ClassRequest) -> None:
    """What a job does that measures the budget."""
    with any_slot(find_slots(request.workers, request.device)) as slot:
        slot.settle_in()
        budget = resolve_budget(request.of(request.folder, request.out, None), Silence())
        save(ClassPaths(request.out).lock("measured.json"), budget)


def _in_words(job: submitit.Job) -> str:
    return f"Job {job.job_id} ended without a result ({job.state}); its log is {job.paths.stderr}."
