"""What nbgrader is given of a submission: ordinary files, under the names it expects."""

import os
from pathlib import Path

from scalelab.course.class_grading import submissions
from scalelab.course.class_grading.submissions import stage


def laid(folder, tmp_path, course_files=()):
    laid = stage(folder, tmp_path / "laid", ["one", "two"], set(map(Path, course_files)))
    files = {path.relative_to(laid.folder).as_posix() for path in laid.folder.rglob("*") if path.is_file()}
    return laid, files


def submitted(tmp_path, **files):
    folder = tmp_path / "submitted"
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def test_a_missing_notebook_is_named_with_the_file_that_may_be_it(tmp_path):
    made, files = laid(submitted(tmp_path, one__ipynb="{}", Two__ipynb="{}"), tmp_path)
    assert files == {"one.ipynb", "two.ipynb"}
    assert made.absent == {
        "two": "two.ipynb was not handed in (Two.ipynb was, but no notebook has that name: rename it), "
        "so its exercises were not graded."
    }


def test_every_stray_notebook_is_named_once_where_it_may_belong(tmp_path):
    strays = {"Copy of one__ipynb": "{}", "two (1)__ipynb": "{}", "two-Copy1__ipynb": "{}", "Untitled__ipynb": "{}"}
    made, _ = laid(submitted(tmp_path, **strays), tmp_path)
    said = " ".join(made.absent.values())
    assert all(said.count(name.replace("__", ".")) == 1 for name in strays)
    assert "Copy of one.ipynb" in made.absent["one"]
    assert "two (1).ipynb, two-Copy1.ipynb" in made.absent["two"]


def test_links_devices_and_odd_names_are_left_out_and_said(tmp_path):
    folder = submitted(tmp_path, one__ipynb="{}", mine__py="x = 1")
    (folder / "two.ipynb").symlink_to("/etc/passwd")
    (folder / "all").symlink_to("/")
    os.mkfifo(folder / "pipe")
    (folder / "new\nline.py").touch()
    made, files = laid(folder, tmp_path)
    assert files == {"one.ipynb", "two.ipynb", "mine.py"}
    assert (made.folder / "two.ipynb").read_text() == ""
    assert [note.split(" was left out")[0] for note in made.notes] == ["all", r"'new\nline.py'", "pipe", "two.ipynb"]


def test_what_stands_in_the_courses_way_or_tells_no_time_is_left_out(tmp_path):
    folder = submitted(tmp_path, one__ipynb="{}", two__ipynb="{}", data="x", timestamp__txt="yesterday")
    (folder / "values.csv").mkdir()
    (folder / "values.csv" / "x").touch()
    made, files = laid(folder, tmp_path, ["values.csv", "data/part.csv"])
    assert files == {"one.ipynb", "two.ipynb"}
    assert len(made.notes) == 3
    (folder / "timestamp.txt").write_text("2026-11-24 20:00:00 UTC")
    again = stage(folder, tmp_path / "again", ["one", "two"], set())
    assert (again.folder / "timestamp.txt").exists()
    assert again.fingerprint != made.fingerprint


def test_more_than_anybody_needs_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_FILES", 3)
    made, files = laid(submitted(tmp_path, a__py="", b__py="", c__py="", d__py="", one__ipynb=""), tmp_path)
    assert files == {"a.py", "b.py", "c.py", "one.ipynb", "two.ipynb"}
    assert "the rest was left out" in made.notes[0]
