"""Keeps hidden tests out of a feedback page, but not what they say of an answer."""

import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from scalelab.course.exercises.cells import is_test

HIDDEN = "... a hidden test"
_TELLING = 12  # characters from which on a line of a test can be told from what an answer prints
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_NUMBER = re.compile(r"^\s*(-+>)?\s*\d*\s*")  # of a line of code in a traceback


class HideTests(ClearHiddenTests):
    """Takes the hidden tests out of the cells and out of what these and others show.

    An answer that prints the code of the test which calls it is caught as long as it prints the lines as they are.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Cells as nbgrader would, but test cells alone: text of the learner's own that looks like markers is none."""
        hidden = set()
        for index, cell in enumerate(nb.cells):
            if is_test(cell):
                before = _lines(cell.source)
                self.preprocess_cell(cell, resources, index)
                hidden |= before - _lines(cell.source)
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                _clean(output, hidden)
        return nb, resources


def _lines(source: str) -> set[str]:
    """The lines that say anything; not a closing bracket."""
    return {line.strip() for line in source.splitlines() if re.search(r"\w", line)}


def _clean(output: NotebookNode, hidden: set[str]) -> None:
    if output.output_type == "error":
        output.evalue = _without(output.evalue, hidden)
        output.traceback = [_without(part, hidden) for part in output.traceback if not _is_hidden_frame(part, hidden)]
    elif output.output_type == "stream":
        output.text = _without(output.text, hidden)
    else:
        for kind, data in output.data.items():
            if isinstance(data, str) and not kind.startswith("image/"):
                output.data[kind] = _without(data, hidden)


def _is_hidden_frame(part: str, hidden: set[str]) -> bool:
    """Whether a part of a traceback is a frame with the code around it, and that is a hidden test's."""
    plain = _COLOUR.sub("", part)
    return "-> " in plain and any(_NUMBER.sub("", line).strip() in hidden for line in plain.splitlines())


def _without(text: str, hidden: set[str]) -> str:
    """The text, with a few words in the place of each line that shows one of the hidden."""
    telling = [line for line in hidden if len(line) >= _TELLING]
    if not any(line in text for line in telling):
        return text
    shown = text.split("\n")
    return "\n".join(HIDDEN if any(line in one for line in telling) else one for one in shown)
