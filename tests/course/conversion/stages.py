"""The script of Lab 2 as it stands after each of the seven steps, with the records of its runs.

It is handed out serial; labs/solutions holds an edit for each step. After step 3 its file is `step_3_wrap.py`.
"""

from itertools import accumulate
from pathlib import Path

from recorded.lab_script import RecordedScript

from scalelab.course.conversion import STEPS
from scalelab.course.exercises.script_edits import with_edit

LABS = Path(__file__).parents[3] / "labs"
SERIAL = LABS / "source" / "lab2_horovod" / "fashion_mnist.py"
SOLVED = LABS / "solutions" / "lab2_horovod" / "fashion_mnist.py"
EDITS = sorted(SOLVED.parent.glob("step_*.edit"))
TEST = "from scalelab.course.conversion import expect_step\nexpect_step({file!r}, {step!r})\n"


def recorded(path: Path, text: str) -> RecordedScript:
    """The script after the edit of that path; as it is handed out, where the path is its own."""
    file = path.with_suffix(".py").name
    tests = tuple(TEST.format(file=file, step=step) for step in STEPS)
    return RecordedScript(f"lab2_horovod/stages/{path.stem}", file, text, tests)


TEXTS = accumulate(EDITS, with_edit, initial=SERIAL.read_text())
STAGES = [recorded(path, text) for path, text in zip([SERIAL, *EDITS], TEXTS, strict=True)]  # by the steps done
