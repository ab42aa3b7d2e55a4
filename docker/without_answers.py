"""Takes the answers out of a copy of ScaleLab: what is left is what a learner may read.

    python docker/without_answers.py FOLDER

The learners' copies of the labs, in FOLDER/labs/release, take the place of what they are made from.
It cannot be undone.
"""

import shutil
import sys
from pathlib import Path

from scalelab.course.release.release import ASSESSMENT, RELEASED, SOLUTIONS, SOURCE, learners_copies

ANSWERS = (f"labs/{SOURCE}", f"labs/{SOLUTIONS}", f"{ASSESSMENT}/solution", "tests")


def main() -> None:
    """Exit code 1, and nothing is done, where the folder is a clone, which somebody may want to go on with."""
    root = Path(sys.argv[1])
    if (root / ".git").exists():
        sys.exit(f"{root} is a clone, whose history has the answers as well; give a copy without .git.")
    for path, content in learners_copies(root / "labs").items():
        if not path.startswith(f"{ASSESSMENT}/"):  # that is handed out as it lies there
            place = root / "labs" / RELEASED / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    for name in ANSWERS:
        shutil.rmtree(root / name, ignore_errors=True)


if __name__ == "__main__":
    main()
