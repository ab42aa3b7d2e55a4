"""Which files a rank takes for the learner's own."""

from pathlib import Path

import pytest

import scalelab
from scalelab.check.observe import files
from scalelab.check.observe.observer import Rank


@pytest.fixture
def owns(tmp_path):
    """owns(script, file): whether a rank that runs the script takes the file for the learner's."""
    made = []

    def owns(script: Path, file: Path) -> bool:
        made.append(Rank(tmp_path, script))
        return made[-1].is_own(str(file))

    yield owns
    for rank in made:
        rank.file.close()


def test_what_lies_beside_the_script_is_the_learners_whatever_the_folders_above_are_called(owns):
    work = Path("/home/somebody/scalelab/work")
    assert owns(work / "train.py", work / "helper.py")
    assert owns(work / "train.py", work / "parts" / "model.py")
    assert not owns(work / "train.py", Path("/home/somebody/scalelab/other.py"))


def test_scalelab_and_installed_packages_are_not_even_where_they_lie_beside_the_script(owns):
    beside = Path(scalelab.__file__).parents[1] / "train.py"
    assert not owns(beside, Path(files.__file__))
    work = Path("/home/somebody/work")
    assert not owns(work / "train.py", work / ".venv" / "lib" / "site-packages" / "torch" / "nn.py")
