"""Cleans what a student's notebook puts on an instructor's page: Formgrader's, and the feedback's.

Both are made by nbconvert from the notebook as it is, and open beside a gradebook and a server's files. So whatever of
it could run, fetch, submit or dress up as a part of the page is left out before; `labs/nbgrader_config.py` says so.
"""

import html
import re
from typing import Any

import bleach  # type: ignore[import-untyped]  # it has no types, nor stubs of its own
from nbconvert.filters import markdown2html
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

TAGS = frozenset(
    (
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
    )
    + ("h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "summary", "sup")
    + ("table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul")
)
PLAIN_ATTRIBUTES = frozenset({"alt", "title", "colspan", "rowspan", "align", "width", "height"})
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
LINK = re.compile(r"(https?://|mailto:|#)[^\s]*")
HIGHLIGHT = re.compile(r"(highlight|hl|[a-z][a-z0-9]{0,2})( [a-z][a-z0-9]{0,2})?")  # the classes of coloured code
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
NAME = re.compile(r"[\w.-]+")
UNSHOWN = re.compile(r"<(script|style|template|iframe|object)\b.*?(</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
# What lets a formula link, fetch or style (MathJax's html and require extensions).
ACTIVE_MATH = re.compile(r"\\(?=(href|url|class|cssId|style|data|require|unicode|includegraphics|bbox)\b)")
TEXTS = ("text/html", "text/markdown")
PICTURES = ("image/png", "image/jpeg")


def clean_markup(markup: str) -> str:
    """The markup without what runs, fetches or submits, or is addressed by the page's own scripts and styles."""
    shown = UNSHOWN.sub("", ACTIVE_MATH.sub("", markup))
    protocols = {"http", "https", "mailto", "data"}
    return bleach.clean(shown, tags=TAGS, attributes=_is_allowed, protocols=protocols, strip=True)


def clean_markdown(source: str) -> str:
    """Markdown as clean HTML: nbconvert's filter of that name, cleaned."""
    # An attachment that is not there would end the export of the whole notebook.
    return clean_markup(markdown2html(source.replace("attachment:", "#")))


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return HIGHLIGHT.fullmatch(value) is not None
    if (tag, name) == ("img", "src"):
        return PICTURE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return LINK.fullmatch(value) is not None
    return name in PLAIN_ATTRIBUTES


class CleanNotebook(Preprocessor):
    """Leaves of a notebook what the pages show: sources, plain and clean outputs, and nbgrader's own metadata."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The same notebook, cleaned in place."""
        nb.metadata = NotebookNode(language_info=NotebookNode(name="python"))
        for number, cell in enumerate(nb.cells):
            _clean_cell(cell, number)
        return nb, resources


def _clean_cell(cell: NotebookNode, number: int) -> None:
    cell.id = f"cell-{number}"
    cell.metadata = NotebookNode(_of_nbgrader(cell.metadata))
    for name, kinds in cell.pop("attachments", {}).items():
        for kind, content in _pictures(kinds):
            cell.source = cell.source.replace(f"attachment:{name}", f"data:{kind};base64,{content}")
    if cell.cell_type == "raw":
        cell.source = html.escape(cell.source)
    if cell.cell_type == "code":
        cell.execution_count = _count(cell.get("execution_count"))
        cell.outputs = [_clean_output(output) for output in cell.outputs]


def _of_nbgrader(metadata: NotebookNode) -> dict[str, Any]:
    """Nbgrader's part, if its cell has a name that can stand in a page."""
    own = metadata.get("nbgrader")
    named = isinstance(own, dict) and NAME.fullmatch(str(own.get("grade_id", "")))
    return {"nbgrader": own} if named else {}


def _clean_output(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        output.name = "stderr" if output.get("name") == "stderr" else "stdout"
    if output.output_type in ("display_data", "execute_result"):
        output.metadata = NotebookNode()
        output.data = NotebookNode(_clean_data(output.data))
    if output.output_type == "execute_result":
        output.execution_count = _count(output.get("execution_count"))
    return output


def _clean_data(data: NotebookNode) -> dict[str, str]:
    """By type: clean markup, pictures that are some, and text; everything else has its text beside it, or nothing."""
    clean = {kind: clean_markup(_text(data[kind])) for kind in TEXTS if kind in data}
    return clean | dict(_pictures(data)) | {"text/plain": _text(data.get("text/plain", ""))}


def _pictures(data: NotebookNode) -> list[tuple[str, str]]:
    """(type, content in base64) of those that are what they say."""
    found = [(kind, _text(data[kind])) for kind in PICTURES if kind in data]
    return [(kind, content) for kind, content in found if BASE64.fullmatch(content)]


def _text(content: Any) -> str:
    return "".join(map(str, content)) if isinstance(content, list) else str(content)


def _count(number: Any) -> int | None:
    return number if isinstance(number, int) else None
