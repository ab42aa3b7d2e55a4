"""`scalelab` as it would be in the clone $CLONE: its labs and its rubric are what the options go without."""

import os
from pathlib import Path

from scalelab.cli.main import commands
from scalelab.cli.main import main as run


def main():
    clone = Path(os.environ["CLONE"])
    course, rubric = str(clone / "labs"), str(clone / "assessment" / "rubric.toml")
    commands.context_settings["default_map"] = {
        "release": {"course": course},
        "grade-labs": {"course": course},
        "grade": {"rubric": rubric},
        "grade-all": {"rubric": rubric},
    }
    run()


if __name__ == "__main__":  # processes that it starts load this file once more
    main()
