"""Which engine grades a class: the slots of this machine, or a cluster's jobs; and the gradebook, where one is kept.

Only what is asked for is loaded: few have a cluster, or nbgrader's gradebook.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from scalelab.grade.classroom.grade_class import Engine, Register
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.classroom.slots import find_slots
from scalelab.grade.classroom.worker import Running, Said
from scalelab.grade.classroom.worker_pool import Pool


def choose_engine(
    order: ClassOrder, cluster: str, settings: Sequence[str], hear: Callable[[str, Said | Running], None]
) -> AbstractContextManager[Engine]:
    """`cluster` is "none", "local" or "slurm"; `settings` are submitit's, as KEY=VALUE. `hear` is told what goes on."""
    if cluster == "none":
        return Pool(order, find_slots(order.workers, order.device), hear)
    from scalelab.grade.classroom.cluster_jobs import Cluster, read_settings

    return Cluster(order, cluster, read_settings(settings))


def open_register(gradebook: Path | None, order: ClassOrder) -> Register | None:
    """nbgrader's gradebook of that file; None where none is kept."""
    if gradebook is None:
        return None
    from scalelab.grade.classroom.nbgrader.course_files import CourseFiles

    return CourseFiles(gradebook, order.out)
