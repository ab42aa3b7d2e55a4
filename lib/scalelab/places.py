"""Where the course lies beside the library."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
COURSE, RUBRIC = ROOT / "labs", ROOT / "assessment" / "rubric.toml"
JUPYTER = Path(__file__).with_name("jupyter")  # JupyterLab's settings for the course
