"""Whatever lies in a file that is handed in as a notebook, reading it gives a valid notebook or a reason."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.course.autograde.read_notebook import MOST_BYTES, UNREADABLE, read_submission

NO_NOTEBOOKS = {
    "empty": (b"", "it is no JSON"),
    "text": (b"I did it on paper.", "it is no JSON"),
    "cut off": (b'{"cells": [{"cell_type": "code",\n "source": "x', "it is no JSON from line 2 on"),
    "a list": (b"[1, 2]", "it is JSON, but it has no cells"),
    "other JSON": (b'{"metadata": {}}', "it is JSON, but it has no cells"),
    "UTF-16": ("{}".encode("utf-16"), "it is no text in UTF-8"),
    "a conflict": (
        b'{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> theirs\n]}',
        "line 2 is what git leaves of a conflict",
    ),
    "too deep": (b"[" * 100_000, "RecursionError while reading it"),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(st.characters(), max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=8,
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON},
    optional={
        "source": st.text(max_size=20) | st.lists(st.text(max_size=5)) | JSON,
        "metadata": st.fixed_dictionaries({}, optional={"nbgrader": JSON, "tags": JSON}) | JSON,
        "attachments": st.dictionaries(st.text(max_size=3), st.dictionaries(st.just("image/png"), JSON)) | JSON,
        "outputs": JSON,
        "id": JSON,
    },
)


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook_is_named_in_one_sentence(tmp_path, name):
    content, reason = NO_NOTEBOOKS[name]
    (tmp_path / "mine.ipynb").write_bytes(content)
    notebook = read_submission(tmp_path / "mine.ipynb")
    assert notebook.cells == []
    assert notebook.metadata[UNREADABLE].startswith(f"mine.ipynb could not be read as a notebook ({reason}")


def test_a_conflict_is_mended_by_choosing_not_by_jupyterlab(tmp_path):
    (tmp_path / "mine.ipynb").write_text('{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> theirs\n}')
    said = read_submission(tmp_path / "mine.ipynb").metadata[UNREADABLE]
    assert said.endswith("choose one of the two versions and delete the markers and hand it in again.")


def test_a_folder_and_a_giant_are_named_as_well(tmp_path):
    (tmp_path / "folder.ipynb").mkdir()
    with (tmp_path / "giant.ipynb").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert "Is a directory" in read_submission(tmp_path / "folder.ipynb").metadata[UNREADABLE]
    assert "clear its outputs" in read_submission(tmp_path / "giant.ipynb").metadata[UNREADABLE]


@given(st.lists(CELLS | JSON, max_size=4))
def test_any_list_of_cells_becomes_a_valid_notebook(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("read") / "mine.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    notebook = read_submission(path)
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    kinds = [cell.get("cell_type") for cell in cells if isinstance(cell, dict)]
    assert [cell.cell_type for cell in notebook.cells] == [k for k in kinds if k in ("code", "markdown", "raw")]


def test_an_old_format_and_a_byte_order_mark_are_read(tmp_path):
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("x = 1")])])
    (tmp_path / "old.ipynb").write_text("\ufeff" + nbformat.v3.writes_json(old), encoding="utf-8")
    assert [cell.source for cell in read_submission(tmp_path / "old.ipynb").cells] == ["x = 1"]
