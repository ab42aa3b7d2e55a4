"""The submissions of a class are found whatever one student's files are like."""

from pathlib import Path

import pytest

from scalelab.grade.classroom.submissions import find_submissions


@pytest.fixture
def folder(tmp_path) -> Path:
    """Ada's submission, which is in order, for others to lie beside."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "ada.py").write_text("import torch")
    return folder


def found(folder):
    """{student: refusal}"""
    return {one.student: one.refusal for one in find_submissions(folder, folder.parent / "out")}


def test_links_in_a_ring_are_refused_alone(folder):
    (folder / "eve.py").symlink_to("eve.py")
    (folder / "bob").mkdir()
    (folder / "bob" / "assessment.py").symlink_to("other.py")
    (folder / "bob" / "other.py").symlink_to("assessment.py")
    (folder / "dan").symlink_to("dan")
    refusals = found(folder)
    assert refusals["ada"] == ""
    assert "is not a file" in refusals["eve"] or "is a link" in refusals["eve"]
    assert "is not a file" in refusals["bob"] or "is a link" in refusals["bob"]


def test_a_folder_that_is_closed_to_the_grader_is_refused_alone(folder, monkeypatch):
    """No mode closes a folder to root, so it is closed by hand."""
    (folder / "eve").mkdir()
    iterdir = Path.iterdir

    def closed(path):
        if path.name == "eve":
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", closed)
    assert found(folder) == {"ada": "", "eve": "eve cannot be looked into (Permission denied)."}


def test_a_name_that_steers_a_terminal_is_refused_and_made_plain(folder):
    (folder / "\x1b[2J.py").write_text("")
    assert found(folder) == {"ada": "", "�[2J": "The name cannot be a student's; rename the file."}


def test_a_reason_can_be_written_whatever_names_are_in_it(folder):
    odd = b"\xff\n".decode("utf-8", "surrogateescape")
    (folder / "eve.py").symlink_to(odd)
    reason = found(folder)["eve"]
    assert reason.isprintable()
    reason.encode("utf-8")


def test_what_was_handed_in_under_another_name_is_refused_with_a_word_on_it(folder):
    (folder / "bob.PY").write_text("")
    (folder / "eve.ipynb").write_text("")
    for name in ("dan/train.py", "fay/assessment/mine.py", "fay/assessment/timestamp.txt", "gus/.hidden"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    assert found(folder) == {
        "ada": "",
        "bob": "Hand in as bob.py; found: bob.PY.",
        "dan": "Hand in as assessment.py; found: train.py.",
        "eve": "Hand in as eve.py; found: eve.ipynb.",
        "fay": "Hand in as assessment.py; found: mine.py, timestamp.txt.",
        "gus": "Hand in as assessment.py; found: nothing.",
    }


def test_who_has_a_submission_may_have_other_files_beside_it_and_the_instructor_too(folder):
    (folder / "ada.ipynb").write_text("")
    (folder / "README.md").write_text("")
    assert found(folder) == {"ada": ""}
