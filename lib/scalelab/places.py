"""Where the course lies beside the library, and what lies where in a learner's copy."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
COURSE, RUBRIC = ROOT / "labs", ROOT / "assessment" / "rubric.toml"
SOLUTIONS = ROOT / "assessment" / "solution"
ASSESSED = Path("runs/assess")  # beside the assessment's notebook: what its Assess button has started
JUPYTER = Path(__file__).with_name("jupyter")  # JupyterLab's settings for the course
