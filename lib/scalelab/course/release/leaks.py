"""Fails the release if a solution or hidden test would be published.

The last steps of `nbgrader generate_assignment` are preprocessors, because an error in one ends the command and takes
the release away, while nbgrader only logs an error in a hook.
"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import NbGraderPreprocessor

from scalelab.course.exercises import script_edits
from scalelab.course.release.cut_solutions import has_solution, strip_script
from scalelab.course.release.release import SOLUTIONS
from scalelab.errors import ScaleLabError

MARKER = re.compile(r"\b(BEGIN|END)[\s_-]+(HIDDEN[\s_-]+TESTS?|SOLUTIONS?|MARK[\s_-]+SCHEME)\b", re.IGNORECASE)


class _AtRelease(NbGraderPreprocessor):
    def _folder(self, resources: ResourcesDict) -> Path:
        """The folder of the release; nbgrader has copied all but the notebooks by now."""
        data = resources["nbgrader"]
        return Path(self._converter()._format_dest(data["assignment"], data["student"]))

    def _solutions(self) -> Path:
        """The folder of scripts that are the answer as a whole."""
        return Path(self._converter().coursedir.root) / SOLUTIONS

    def _converter(self) -> GenerateAssignment:
        converter = self
        while not isinstance(converter, GenerateAssignment):
            converter = converter.parent
        return converter


class StripScripts(_AtRelease):
    """Takes the solution regions out of the release's scripts."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Leaves the notebook as it is."""
        for path in sorted(self._folder(resources).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if has_solution(text):
                path.write_text(strip_script(text, path.stem), encoding="utf-8")
        return nb, resources


class RefuseLeaks(_AtRelease):
    """The last step: raises ScaleLabError while anything that was to be taken out is still there."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Looks at this notebook and at all other files that lie in the release."""
        refuse(resources["nbgrader"]["notebook"], nbformat.writes(nb))
        solved = whole_solutions(self._solutions())
        for path, text in texts(self._folder(resources)):
            refuse(path.name, text)
            if path.suffix == script_edits.SUFFIX:
                raise ScaleLabError(f"{path.name} is an answer, and would be handed out; it belongs into {SOLUTIONS}/.")
            if path.suffix == ".py" and (name := solved.get(meaning(text))):
                raise ScaleLabError(f"{path.name} is solved: it does what {name} does; lay back what is handed out.")
        return nb, resources


def whole_solutions(folder: Path) -> dict[str, str]:
    """{meaning: path} of the scripts below `folder`, and of what they were after each of the edits beside them."""
    solved: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        for after, text in stages_backwards(path):
            solved.setdefault(meaning(text), f"{name} {after}".strip())
    return solved


def stages_backwards(script: Path) -> Iterator[tuple[str, str]]:
    """("", the solved script), then ("after EDIT", its text) down to the first of the edits that lie beside it.

    From its end, for what they begin with is handed out, and may be the very script that has been solved there.
    """
    text = script.read_text(encoding="utf-8")
    yield "", text
    edits = sorted(script.parent.glob(f"*{script_edits.SUFFIX}"), reverse=True)
    for edit, before in pairwise(edits):
        text = script_edits.without_edit(text, edit)
        yield f"after {before.name}", text


def meaning(code: str) -> str:
    """A script without what does not change what it does: comments, blank lines, its docstring."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return code
    if ast.get_docstring(tree) is not None:
        tree.body = tree.body[1:]
    return ast.dump(tree)


def refuse(name: str, text: str) -> None:
    """Raise ScaleLabError where `text` holds a marker of a solution or of hidden tests."""
    if found := MARKER.search(text):
        raise ScaleLabError(f"{name} would show learners what follows `{found.group()}`; mend its source.")


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file below `folder` with what can be read in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes().decode("utf-8", "replace")
