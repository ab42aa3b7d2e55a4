"""Which engine grades a class: the slots of this machine, or a cluster's jobs; and the gradebook, where one is kept.

Only what is asked for is loaded: few have a cluster, or nbgrader's gradebook.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from scalelab.grade.classroom.grade_class import Engine, Register
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.slots import find_slots
from scalelab.grade.classroom.worker_pool import Pool
from scalelab.grade.progress import ProgressListener


def choose_engine(
    request: ClassRequest, cluster: str, settings: Sequence[str], listener: ProgressListener
) -> AbstractContextManager[Engine]:
    """`cluster` is "none", "local" or "slurm"; `settings` are submitit's, as KEY=VALUE."""
    if cluster == "none":
        return Pool(request, find_slots(request.workers, request.device), listener)
    from scalelab.grade.classroom.cluster_jobs import Cluster, read_settings

    return Cluster(request, cluster, read_settings(settings))


def open_register(gradebook: Path | None, request: ClassRequest) -> Register | None:
    """nbgrader's gradebook of that file; None where none is kept."""
    if gradebook is None:
        return None
    from scalelab.grade.classroom.nbgrader.course_files import CourseFiles

    return CourseFiles(gradebook, request.out)
