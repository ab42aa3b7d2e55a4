"""Where the library lies and the course beside it, and what lies where in a learner's copy."""

from pathlib import Path

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parents[1]
COURSE, RUBRIC = ROOT / "labs", ROOT / "assessment" / "rubric.toml"
SOLUTIONS = ROOT / "assessment" / "solution"
ASSESSED = Path("runs/assess")  # beside the assessment's notebook: what its Assess button has started
JUPYTER = PACKAGE / "jupyter"  # JupyterLab's settings for the course
