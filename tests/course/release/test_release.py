"""The learners' copies: whole, without answers, and never at the cost of what a learner wrote."""

import json
import resource
import shutil
import time

import nbformat
import pytest

from scalelab.course.release import release as module
from scalelab.course.release.leaks import MARKER
from scalelab.course.release.release import CONFIG, learners_copies, release
from scalelab.errors import ScaleLabError

NOTEBOOK, SCRIPT = "lab0/01_tiny.ipynb", "lab0/script.py"


@pytest.fixture(scope="module")
def versions(course, tmp_path_factory):
    """Two versions of a course with their learners' copies, made by nbgrader."""
    new = tmp_path_factory.mktemp("new") / "course"
    shutil.copytree(course.folder / "source", new / "source")
    shutil.copy(course.folder / CONFIG, new)
    path = new / "source" / NOTEBOOK
    notebook = nbformat.read(path, 4)
    notebook.cells[0].source = "# How much is twice, and why?"
    nbformat.write(notebook, path)
    script = new / "source" / SCRIPT
    script.write_text(script.read_text().replace("LIMIT = 3", "LIMIT = 4"))
    return {folder: learners_copies(folder) for folder in (course.folder, new)}


@pytest.fixture
def old_and_new(versions, monkeypatch):
    """The two courses; their copies are not made again for each test."""
    monkeypatch.setattr(module, "learners_copies", lambda course, tell: versions[course])
    return list(versions)


def laid(work):
    return {
        path.relative_to(work).as_posix(): path.read_bytes()
        for path in work.rglob("*")
        if path.is_file() and ".scalelab" not in path.parts
    }


def test_copies_hold_stubs_that_name_the_exercise_and_no_answer(versions):
    copies = next(iter(versions.values()))
    assert set(copies) == {NOTEBOOK, SCRIPT, "lab0/values.csv"}
    cells = {cell.id: cell for cell in nbformat.reads(copies[NOTEBOOK].decode(), 4).cells}
    assert cells["double"].source == (
        'def double(x):\n    """Twice x."""\n'
        '    raise NotImplementedError("Exercise `double`: put your answer in place of this line.")'
    )
    assert cells["why"].source == "*Your answer, in place of this line.*"
    assert cells["double-test"].source.endswith('print("Right: the sum is", sum([double(1), 4]))')
    assert not any(MARKER.search(content.decode()) for content in copies.values())
    assert all(not cell.get("outputs") for cell in cells.values())


def test_a_scripts_stub_names_its_function_and_keeps_its_indentation(versions):
    script = next(iter(versions.values()))[SCRIPT].decode()
    assert '"""Images per second."""\n    raise NotImplementedError("Exercise `speed`: put' in script
    assert "    def read(self):\n        raise NotImplementedError(" in script
    assert "LIMIT = 3" in script
    compile(script, SCRIPT, "exec")


def test_copies_are_the_same_however_often_they_are_made(course, versions):
    assert learners_copies(course.folder) == versions[course.folder]


def test_a_second_release_without_news_is_quick_and_changes_nothing(old_and_new, tmp_path):
    first = release(old_and_new[0], tmp_path / "work")
    assert set(first.written) == {NOTEBOOK, SCRIPT, "lab0/values.csv"}
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("*")}
    start = time.perf_counter()
    second = release(old_and_new[0], tmp_path / "work")
    assert time.perf_counter() - start < 1
    assert (second.written, second.beside) == ([], {})
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("*")}


def test_what_the_learner_did_not_change_is_brought_up_to_date(old_and_new, versions, tmp_path):
    for course in old_and_new:
        release(course, tmp_path / "work")
        assert laid(tmp_path / "work") == versions[course]


def test_what_the_learner_changed_stays_and_the_new_version_lies_beside_it_once(old_and_new, versions, tmp_path):
    old, new = old_and_new
    work = tmp_path / "work"
    release(old, work)
    (work / NOTEBOOK).write_text("my notebook")
    (work / SCRIPT).write_text("my script")
    assert release(old, work).beside == {}  # no news, nothing to offer
    done = release(new, work)
    assert done.beside == {NOTEBOOK: "lab0/01_tiny.new.ipynb", SCRIPT: "lab0/script.new.py"}
    assert laid(work) == {
        NOTEBOOK: b"my notebook",
        SCRIPT: b"my script",
        "lab0/01_tiny.new.ipynb": versions[new][NOTEBOOK],
        "lab0/script.new.py": versions[new][SCRIPT],
        "lab0/values.csv": versions[new]["lab0/values.csv"],
    }
    (work / "lab0/script.new.py").unlink()  # taken over by hand
    assert release(new, work).beside == {}
    (work / "lab0/values.csv").unlink()  # something to do, so that it looks at all files again
    assert release(new, work).written == ["lab0/values.csv"]
    assert "lab0/script.new.py" not in laid(work)


def test_a_new_version_that_the_learner_went_on_with_stays_too(old_and_new, versions, tmp_path):
    old, new = old_and_new
    work = tmp_path / "work"
    release(old, work)
    (work / NOTEBOOK).write_text("mine")
    release(new, work)
    (work / "lab0/01_tiny.new.ipynb").write_text("mine, second try")
    assert release(old, work).beside == {NOTEBOOK: "lab0/01_tiny.new-2.ipynb"}
    assert laid(work)[NOTEBOOK] == b"mine"
    assert laid(work)["lab0/01_tiny.new.ipynb"] == b"mine, second try"
    assert laid(work)["lab0/01_tiny.new-2.ipynb"] == versions[old][NOTEBOOK]


def test_a_notebook_that_was_only_run_and_saved_counts_as_changed(old_and_new, tmp_path):
    old, new = old_and_new
    work = tmp_path / "work"
    release(old, work)
    notebook = nbformat.read(work / NOTEBOOK, 4)
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, work / NOTEBOOK)
    mine = (work / NOTEBOOK).read_bytes()
    assert release(new, work).beside == {NOTEBOOK: "lab0/01_tiny.new.ipynb"}
    assert (work / NOTEBOOK).read_bytes() == mine


def test_files_that_were_there_before_any_release_stay(old_and_new, tmp_path):
    work = tmp_path / "work"
    (work / "lab0").mkdir(parents=True)
    (work / SCRIPT).write_text("mine")
    (work / "other.txt").write_text("mine")
    assert release(old_and_new[0], work).beside == {SCRIPT: "lab0/script.new.py"}
    assert (work / SCRIPT).read_text() == (work / "other.txt").read_text() == "mine"


def test_a_missing_file_is_laid_anew_and_a_broken_manifest_costs_nobodys_work(old_and_new, versions, tmp_path):
    old, new = old_and_new
    work = tmp_path / "work"
    release(old, work)
    (work / NOTEBOOK).unlink()
    assert release(old, work).written == [NOTEBOOK]
    (work / SCRIPT).write_text("mine")
    (work / ".scalelab" / "release.json").write_text("{")
    release(new, work)
    assert laid(work)[SCRIPT] == b"mine"
    assert laid(work)["lab0/script.new.py"] == versions[new][SCRIPT]


@pytest.mark.parametrize("most_bytes", [0, 600, 1500, 4000])
def test_a_full_disk_leaves_whole_files_and_the_next_release_goes_on(old_and_new, versions, tmp_path, most_bytes):
    old, new = old_and_new
    work = tmp_path / "work"
    release(old, work)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, limits[1]))
    try:
        with pytest.raises(ScaleLabError, match="free some space"):
            release(new, work)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    for path, content in laid(work).items():
        assert content in (versions[old][path], versions[new][path])
    assert json.loads((work / ".scalelab" / "release.json").read_bytes())["current"]
    assert release(new, work).beside == {}
    assert laid(work) == versions[new]


def test_a_course_that_is_none_ends_in_a_sentence(tmp_path):
    with pytest.raises(ScaleLabError, match="There is no nbgrader course in"):
        release(tmp_path, tmp_path / "work")
    assert not (tmp_path / "work").exists()
