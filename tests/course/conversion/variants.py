"""Right variants of Lab 2's solved script, each with a record of its runs: no step may be refused to any of them.

A file in right/ is an edit of the solution.
"""

from pathlib import Path

from course.conversion.stages import SOLVED, TEST
from recorded.lab_script import RecordedScript

from scalelab.course.conversion import STEPS
from scalelab.course.exercises.script_edits import with_edit

HIDDEN = "expect_step({file!r}, {step!r}, workers=3, images=200, batch_size=9, validation=50)\n"  # as in the notebook
EDITS = sorted(Path(__file__).with_name("right").glob("*.edit"))


def variant(path: Path) -> RecordedScript:
    """The solution after this edit, put to the visible and the hidden tests of all steps."""
    tests = tuple((TEST + HIDDEN).format(file=SOLVED.name, step=step) for step in STEPS)
    return RecordedScript(f"lab2_horovod/variants/{path.stem}", SOLVED.name, with_edit(SOLVED.read_text(), path), tests)


VARIANTS = [variant(path) for path in EDITS]
