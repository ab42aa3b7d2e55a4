"""The parts of bench/gpu_day.py in order of worth: what is lost first, where time runs out, is the last."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A file of this folder. `seconds`: what it will take; `most`: when it is given up, so that it costs itself only.

    `needs`: parts that must have been done before. One in the `background` runs beside others.
    """

    name: str
    what: str
    seconds: float
    most: float
    needs: tuple[str, ...] = ()
    background: bool = False


PARTS = (
    Part("set_up", "the machine, its torch and CUDA, and a Python with what the library needs", 30, 150),
    Part("horovod_build", "Horovod compiled against that torch", 150, 420, ("set_up",), background=True),
    Part("nccl", "Horovod with NCCL", 100, 300, ("set_up", "horovod_build"), background=True),
    Part("gpu_tests", "the tests marked gpu", 45, 150, ("set_up", "horovod_build")),
    Part("shared_gpu", "ranks that share a GPU", 25, 90, ("set_up", "horovod_build")),
    Part("sandboxed_gpu", "a GPU in the sandbox", 15, 60, ("set_up",)),
    Part("rubric_targets", "the rubric's part for GPUs, and targets for it", 90, 200, ("set_up", "horovod_build")),
    Part("lab1_sizes", "Lab 1.3 at its size for GPUs", 30, 90, ("set_up",)),
    Part("lab3_sizes", "Lab 3.2 at its size for GPUs", 60, 150, ("set_up", "horovod_build")),
    Part("optimizer_steps", "LARS and the others on ResNet-50's weights", 20, 60, ("set_up",)),
    Part("time_to_94", "CIFAR-10 to 94 %, beside airbench94", 100, 200, ("set_up",)),
    Part("time_to_94_ranks", "the same through Horovod", 90, 200, ("set_up", "horovod_build")),
)

PREPARE = ("set_up", "horovod_build")  # leave something in the folder that parts share


def named(names: tuple[str, ...]) -> list[Part]:
    """Those of these names, in order of worth; all where none is named. Raises KeyError for a name that is none."""
    known = {part.name: part for part in PARTS}
    chosen = {known[name] for name in names} or set(PARTS)
    return [part for part in PARTS if part in chosen]
