"""The script of Lab 2 as it stands after each of the seven steps, with the records of its runs."""

from pathlib import Path

from recorded.lab_script import RecordedScript

from scalelab.course.conversion import STEPS

LABS = Path(__file__).parents[3] / "labs"
SERIAL = LABS / "source" / "lab2_horovod" / "fashion_mnist.py"
SCRIPTS = [SERIAL, *sorted((LABS / "solutions" / "lab2_horovod").glob("step_*.py"))]
TEST = "from scalelab.course.conversion import expect_step\nexpect_step({file!r}, {step!r})\n"


def recorded(done: int) -> RecordedScript:
    """After so many steps."""
    script = SCRIPTS[done]
    tests = tuple(TEST.format(file=script.name, step=step) for step in STEPS)
    return RecordedScript(f"lab2_horovod/stages/{script.stem}", script.name, script.read_text(), tests)


STAGES = [recorded(done) for done in range(len(SCRIPTS))]
