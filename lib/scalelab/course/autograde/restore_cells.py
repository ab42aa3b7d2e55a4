"""Puts a submission's exercise cells back in order: the missing ones, and those that are there twice."""

from collections import defaultdict
from dataclasses import dataclass

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor

from scalelab.course.autograde.read_notebook import UNREADABLE
from scalelab.course.exercises.cells import exercise, grade_id, is_answer

_HEADING, _BULLET = "**Before it was graded, this notebook was mended:**", "- "
_MAKERS = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}


class RestoreCells(NbGraderPreprocessor):
    """Takes the place of nbgrader's DeduplicateIds; what was mended is said in a cell at the notebook's top."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Every exercise cell of the course is there once, with the course's metadata and cell type."""
        data = resources["nbgrader"]
        with Gradebook(data["db_url"]) as gradebook:
            originals = _originals(gradebook.find_notebook(data["notebook"], data["assignment"]))
        for index, cell in enumerate(nb.cells):
            nb.cells[index] = _official(cell, originals)
        sentences = _drop_copies(nb.cells, originals)
        missing = _put_back(nb.cells, originals)
        unreadable = nb.metadata.pop(UNREADABLE, None)
        sentences = [unreadable] if unreadable else sentences + missing
        if sentences:
            text = "\n".join(f"{_BULLET}{sentence}" for sentence in sentences)
            nb.cells.insert(0, v4.new_markdown_cell(f"{_HEADING}\n\n{text}", metadata={"scalelab": {"mended": True}}))
        for sentence in sentences:
            self.log.warning("%s of %s: %s", data["notebook"], data["student"], sentence)
        return nb, resources


def restored(nb: NotebookNode) -> list[str]:
    """The sentences that say what was mended of a graded notebook."""
    first = nb.cells[0] if nb.cells else None
    if first is None or not first.metadata.get("scalelab", {}).get("mended"):
        return []
    return [line.removeprefix(_BULLET) for line in first.source.splitlines() if line.startswith(_BULLET)]


def is_missing(cell: NotebookNode) -> bool:
    """Whether an answer's cell only stands for one that was not in the submission."""
    return bool(cell.metadata.get("scalelab", {}).get("missing"))


@dataclass(frozen=True)
class _Original:
    """An exercise cell as it was released (a test cell: with its hidden tests)."""

    cell_type: str
    source: str
    nbgrader: dict

    def cell(self) -> NotebookNode:
        """A cell to stand where it is missing. An answer's code is not put back: it may stand in another cell."""
        cell = _MAKERS[self.cell_type](self.source, metadata={"nbgrader": dict(self.nbgrader)})
        if is_answer(cell):
            cell.metadata["scalelab"] = {"missing": True}
            if self.cell_type == "code":
                cell.source = f"# The cell of exercise `{exercise(cell)}` is not in this notebook."
        return cell


def _originals(notebook: Notebook) -> dict[str, _Original]:
    """By grade id, in the order of the source."""
    points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    grades = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    found = {}
    for cell in notebook.source_cells:
        name = cell.name
        data = {
            "grade_id": name,
            "grade": name in grades,
            "solution": name in solutions,
            "task": name in tasks,
            "locked": bool(cell.locked),
            "schema_version": 3,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        if name in points:
            data["points"] = points[name]
        found[name] = _Original(cell.cell_type, cell.source, data)
    return found


def _official(cell: NotebookNode, originals: dict[str, _Original]) -> NotebookNode:
    """The cell with the course's metadata; one with an id that is none of the course's is an ordinary cell."""
    name = grade_id(cell)
    original = originals.get(name) if isinstance(name, str) else None
    cell.metadata.pop("nbgrader", None)
    cell.metadata.pop("scalelab", None)
    if original is None:
        return cell
    if cell.cell_type != original.cell_type:
        cell = _MAKERS[original.cell_type](cell.source)
    cell.metadata["nbgrader"] = NotebookNode(original.nbgrader)
    return cell


def _drop_copies(cells: list[NotebookNode], originals: dict[str, _Original]) -> list[str]:
    """Leave one of each id: of tests the last, of answers the last that was changed. Other answers still run.

    Returns a sentence for each id that was there more than once.
    """
    copies: dict[str, list[int]] = defaultdict(list)
    sentences: list[str] = []
    dropped: set[int] = set()
    for index, cell in enumerate(cells):
        if name := grade_id(cell):
            copies[name].append(index)
    for name, places in copies.items():
        if len(places) == 1:
            continue
        stub = originals[name].source.strip()
        answers = [place for place in places if is_answer(cells[place]) and cells[place].source.strip() != stub]
        kept = (answers or places)[-1]
        for place in places:
            if place != kept and place in answers:
                del cells[place].metadata["nbgrader"]
            elif place != kept:
                dropped.add(place)
        which = "the last one with an answer counts" if answers else "the last one counts"
        sentences.append(f"Cell `{name}` was there {len(places)} times; {which}.")
    cells[:] = [cell for index, cell in enumerate(cells) if index not in dropped]
    return sentences


def _put_back(cells: list[NotebookNode], originals: dict[str, _Original]) -> list[str]:
    """Add what is missing, before the next exercise cell that is there: all that belongs to it has run by then."""
    sentences: list[str] = []
    place = len(cells)
    for name in reversed(originals):
        here = next((index for index, cell in enumerate(cells) if grade_id(cell) == name), None)
        if here is None:
            cells.insert(place, originals[name].cell())
            what = "it gets no points" if is_missing(cells[place]) else "it has been put back"
            sentences.insert(0, f"Cell `{name}` was missing; {what}.")
        else:
            place = here
    return sentences
