"""Reads whatever was handed in as a notebook: keeps what is one, and names the rest."""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, v4
from traitlets import Unicode

from scalelab.files.merge_markers import ADVICE, merge_marker

MOST_BYTES = 50_000_000
UNREADABLE = "scalelab_unreadable"
_KEPT_METADATA = ("nbgrader", "scalelab")
_MAKERS = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}


class SubmissionExporter(NotebookExporter):
    """What `nbgrader autograde` reads submissions with: a file that is no notebook becomes one without answers."""

    absent = Unicode(help="A JSON file: {notebook: why an empty file lies there}.").tag(config=True)

    def from_filename(  # type: ignore[override]  # nbconvert's own NotebookExporter gives text, as this one does
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, ResourcesDict]:
        """Convert the file; never raises for what a learner put into it."""
        resources = ResourcesDict() if resources is None else resources
        path = Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        notebook = read_submission(path)
        if path.stem in (absent := self._absent()) and not path.stat().st_size:
            notebook.metadata[UNREADABLE] = absent[path.stem]
        if sentence := notebook.metadata.get(UNREADABLE):
            self.log.warning("%s: %s", filename, sentence)
        return self.from_notebook_node(notebook, resources, **options)

    def _absent(self) -> dict[str, str]:
        return json.loads(Path(self.absent).read_text(encoding="utf-8")) if self.absent else {}


def read_submission(path: Path) -> NotebookNode:
    """The notebook, built anew from its cells' types, sources, attachments and nbgrader's data.

    Where the file holds none, an empty notebook whose metadata says why under UNREADABLE, in one sentence.
    """
    try:
        cells = [cell for part in _stored_cells(path) if (cell := _cell(part))]
        problem = {}
    except _NoNotebook as error:
        cells = []
        again = f"so its exercises were not graded; {error.advice} and hand it in again"
        problem = {UNREADABLE: f"{path.name} could not be read as a notebook ({error}), {again}."}
    return v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}} | problem)


class _NoNotebook(Exception):
    """Why, in a few words; `advice` is what to do first."""

    def __init__(self, reason: str, advice: str = "open it in JupyterLab, save it"):
        super().__init__(reason)
        self.advice = advice


def _stored_cells(path: Path) -> list:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _NoNotebook(f"it is larger than {MOST_BYTES // 1_000_000} MB: clear its outputs")
        text = path.read_bytes().decode("utf-8-sig")
        stored = json.loads(text)
        if isinstance(stored, dict) and isinstance(stored.get("worksheets"), list):
            stored = nbformat.convert(nbformat.from_dict(stored), 4)
    except _NoNotebook:
        raise
    except OSError as error:
        raise _NoNotebook(error.strerror or "it cannot be opened") from error
    except UnicodeDecodeError as error:
        raise _NoNotebook("it is no text in UTF-8") from error
    except json.JSONDecodeError as error:
        if line := merge_marker(text):
            raise _NoNotebook(f"line {line} is what git leaves of a conflict", ADVICE) from error
        raise _NoNotebook(f"it is no JSON from line {error.lineno} on" if error.pos else "it is no JSON") from error
    except Exception as error:  # nested beyond all measure, or an old format that does not convert
        raise _NoNotebook(f"{type(error).__name__} while reading it") from error
    if not (isinstance(stored, dict) and isinstance(stored.get("cells"), list)):
        raise _NoNotebook("it is JSON, but it has no cells")
    return stored["cells"]


def _cell(part: Any) -> NotebookNode | None:
    """A clean cell; None for what is none."""
    if not isinstance(part, dict) or part.get("cell_type") not in tuple(_MAKERS):
        return None
    metadata = part.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    kept = {key: metadata[key] for key in _KEPT_METADATA if isinstance(metadata.get(key), dict)}
    cell = _MAKERS[part["cell_type"]](_text(part.get("source")), metadata=kept)
    if cell.cell_type == "markdown" and _are_attachments(part.get("attachments")):
        cell.attachments = nbformat.from_dict(part["attachments"])
    return cell


def _text(source: Any) -> str:
    """A source as one string that can be written as UTF-8."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""


def _are_attachments(value: Any) -> bool:
    """{file name: {media type: base64}}"""
    return isinstance(value, dict) and all(
        _is_text(name) and isinstance(data, dict) and all(_is_text(text) for text in (*data, *data.values()))
        for name, data in value.items()
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value == _text(value)
