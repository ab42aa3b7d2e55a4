"""docker/without_answers.py: what is left is what a learner may read, and the learners' copies are laid from it."""

import subprocess
import sys
from pathlib import Path

import pytest

from scalelab.course.release.leaks import MARKER, texts
from scalelab.course.release.release import learners_copies, release

SCRIPT = Path(__file__).parents[3] / "docker" / "without_answers.py"


@pytest.fixture
def copy(course_folder, tmp_path):
    """A copy of ScaleLab, as far as the script looks at it."""
    root = tmp_path / "copy"
    (root / "assessment" / "solution").mkdir(parents=True)
    (root / "assessment" / "solution" / "assessment.py").write_text("solved")
    (root / "assessment" / "assessment.py").write_text("as handed out")
    course_folder.rename(root / "labs")
    (root / "labs" / "solutions" / "lab0").mkdir(parents=True)
    (root / "labs" / "solutions" / "lab0" / "other.py").write_text("solved")
    (root / "labs" / "solutions" / "lab0" / "step_1.edit").write_text("<<<<\nserial\n====\nsolved\n>>>>\n")
    return root


def take_away(root):
    return subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_no_answer_is_left_and_the_copies_are_the_same(copy, tmp_path):
    before = learners_copies(copy / "labs")
    done = take_away(copy)
    assert done.returncode == 0, done.stderr
    left = dict(texts(copy))
    assert [path for path, text in left.items() if MARKER.search(text) or "solved" in text] == []
    assert learners_copies(copy / "labs") == before
    assert set(release(copy / "labs", tmp_path / "work").written) == set(before)
    assert "assessment/assessment.py" in before


def test_a_clone_stays_as_it_is(copy):
    (copy / ".git").mkdir()
    before = dict(texts(copy))
    done = take_away(copy)
    assert done.returncode == 1
    assert "is a clone" in done.stderr
    assert dict(texts(copy)) == before
