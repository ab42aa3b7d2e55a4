"""`scalelab` as it would be in the clone $CLONE: its labs and its rubric are what the options go without."""

import os
from pathlib import Path

from scalelab import cli


def main():
    clone = Path(os.environ["CLONE"])
    course, rubric = str(clone / "labs"), str(clone / "assessment" / "rubric.toml")
    cli.commands.context_settings["default_map"] = {
        "release": {"course": course},
        "grade-labs": {"course": course},
        "grade": {"rubric": rubric},
        "grade-all": {"rubric": rubric},
    }
    cli.main()


if __name__ == "__main__":  # processes that it starts load this file once more
    main()
