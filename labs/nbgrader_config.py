"""The course as nbgrader sees it; here run `nbgrader generate_assignment lab1_sgd`, `nbgrader autograde lab1_sgd`.

What is made here (gradebook.db, release, submitted, autograded, feedback) is the instructor's, and not kept in git.
"""

from pathlib import Path

from scalelab.course.autograde.read_notebook import SubmissionExporter
from scalelab.course.clean_markup import CleanNotebook, clean_markdown
from scalelab.course.nbgrader_config import FEEDBACK, GRADE, RELEASE, SANITIZE, scripts_to_edit
from scalelab.grade.classroom.nbgrader.new_gradebook import ask_in_process

c = get_config()  # noqa: F821  (nbgrader's)
ask_in_process()

c.CourseDirectory.course_id = "scalelab"
c.GenerateAssignment.preprocessors = RELEASE
c.GenerateFeedback.preprocessors = FEEDBACK

# What Formgrader and the feedback show of a submission: nothing of it runs there.
c.HTMLExporter.preprocessors = [CleanNotebook]
c.HTMLExporter.filters = {"markdown2html": clean_markdown}

c.Autograde.sanitize_preprocessors = SANITIZE
c.Autograde.autograde_preprocessors = GRADE
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.exclude_overwriting = scripts_to_edit(Path(__file__).parent / "source")

# Seconds for a cell (the heaviest of lab 1 trains a real network) and for a whole notebook on two cores.
c.RunCells.cell_seconds = 180
c.RunCells.notebook_seconds = 1200
