"""Whoever handed something in gets a row: what lies in the wrong place is named, with what to do."""

import pytest

from scalelab.course.class_grading.misplaced import left_inside, misplaced

LABS = {"lab1_sgd", "lab2_horovod"}
NOTEBOOKS = {"01_gradient_descent", "02_stochastic_gradient_descent"}
FILE = "01_gradient_descent.ipynb"


def lay(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


@pytest.mark.parametrize(("name", "student", "sentence"), [
    ("ada.zip", "ada", "ada.zip is a file where a student's folder belongs; unpack it into submitted/ada/lab1_sgd/."),
    ("ada.ipynb", "ada", "ada.ipynb is a file where a student's folder belongs; move it into submitted/ada/lab1_sgd/."),
    (f"ada/Lab1-SGD/{FILE}", "ada", "ada/Lab1-SGD: rename it to submitted/ada/lab1_sgd/."),
    ("ada/lab1_sgd.zip", "ada", "ada/lab1_sgd.zip: unpack it into submitted/ada/lab1_sgd/."),
    (f"ada/{FILE}", "ada", f"There is no submitted/ada/lab1_sgd/, but ada/{FILE}; move the notebooks there."),
    (f"ada/work/lab1_sgd/{FILE}", "ada",
     f"There is no submitted/ada/lab1_sgd/, but ada/work/lab1_sgd/{FILE}; move the notebooks there."),
    ("ada/work.tar.gz", "ada", "There is no submitted/ada/lab1_sgd/, but ada/work.tar.gz; move the notebooks there."),
    (f"lab1_sgd/ada/{FILE}", "lab1_sgd",
     "submitted/lab1_sgd is named after the lab; students come first: submitted/STUDENT/lab1_sgd/."),
])  # fmt: skip
def test_each_mistake_is_named_with_what_to_do(tmp_path, name, student, sentence):
    lay(tmp_path, name, f"bob/lab1_sgd/{FILE}")
    assert misplaced(tmp_path, "lab1_sgd", LABS, NOTEBOOKS) == {student: sentence}


def test_what_is_no_mistake_gets_no_row(tmp_path):
    lay(tmp_path, f"bob/lab1_sgd/{FILE}", "eve/lab2_horovod/01.ipynb", "README.md", ".cache/x.zip", "__MACOSX/x.zip")
    (tmp_path / "dan").mkdir()
    assert misplaced(tmp_path, "lab1_sgd", LABS, NOTEBOOKS) == {}
    assert misplaced(tmp_path / "nothing", "lab1_sgd", LABS, NOTEBOOKS) == {}


def test_a_notebook_that_is_missing_is_looked_for_in_archives_and_deeper(tmp_path):
    assert left_inside(tmp_path, FILE) == ""
    lay(tmp_path, "all.ZIP")
    assert left_inside(tmp_path, FILE) == "all.ZIP was: unpack it"
    lay(tmp_path, f"lab1_sgd/{FILE}")
    assert left_inside(tmp_path, FILE) == f"lab1_sgd/{FILE} was, which lies too deep: move it up"


def test_a_folder_that_is_closed_or_oddly_named_stops_nobody(tmp_path, monkeypatch):
    lay(tmp_path, f"a\x1b[31mda/{FILE}", "ada.smith.zip", f"eve/{FILE}")
    closed = type(tmp_path).iterdir

    def iterdir(folder):
        if folder.name == "eve":
            raise PermissionError(13, "Permission denied")
        return closed(folder)

    monkeypatch.setattr(type(tmp_path), "iterdir", iterdir)
    found = misplaced(tmp_path, "lab1_sgd", LABS, NOTEBOOKS)
    assert found["eve"] == "submitted/eve cannot be looked into (Permission denied); open it to yourself."
    assert found["ada.smith"].endswith("unpack it into submitted/ada.smith/lab1_sgd/.")
    assert all(text.isprintable() for pair in found.items() for text in pair)


def test_links_are_not_followed(tmp_path):
    lay(tmp_path / "other", FILE)
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "link").symlink_to(tmp_path / "other")
    assert misplaced(tmp_path / "submitted", "lab1_sgd", LABS, NOTEBOOKS) == {}
