"""What a cell shows, gathered message by message, in bounded memory however much it prints."""

import re
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output, output_from_msg

MOST_TEXT = 100_000  # characters of printed text that are kept of a cell
MOST_BYTES = 20_000_000  # all that is kept of a cell: figures, texts, tracebacks
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")  # what a carriage return took off the screen


class Outputs:
    """The outputs of one cell. `arrived` counts everything that came, also what was not kept.

    `displays` maps a display id to the outputs that show it, of earlier cells as well.
    """

    def __init__(self, displays: dict[str, list[NotebookNode]]):
        self.displays = displays
        self.cells: list[NotebookNode] = []
        self.arrived = self.text = 0
        self.clear_next = False

    def take(self, message: dict) -> None:
        """Add what an iopub message shows; messages that show nothing (comm, status) pass."""
        message = _clean(message)
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self.clear_next = bool(content.get("wait"))
            if not self.clear_next:
                self.cells.clear()
        elif kind == "update_display_data":
            self._update(content)
        elif kind in ("stream", "display_data", "execute_result", "error"):
            if self.clear_next:
                self.cells.clear()
                self.clear_next = False
            self._add(message)

    def finished(self) -> list[NotebookNode]:
        """The outputs as a notebook stores them; lines that a progress bar wrote over are gone."""
        self.cells = [output for output in self.cells if _is_valid(output)]
        for output in self.cells:
            if output.output_type == "stream":
                output.text = _OVERWRITTEN.sub("", output.text)
        if self.text > MOST_TEXT:
            note = f"\n... Only the first {MOST_TEXT:,} characters are kept.\n"
            self.cells.append(new_output("stream", name="stdout", text=note))
        return self.cells

    def _add(self, message: dict) -> None:
        content = message["content"]
        size = _size(content)
        self.arrived += size
        if message["msg_type"] == "stream":
            self._print(content["name"], content["text"])
        elif self.arrived <= MOST_BYTES:
            output = output_from_msg(message)
            self.cells.append(output)
            if name := (content.get("transient") or {}).get("display_id"):
                self.displays.setdefault(name, []).append(output)

    def _print(self, name: str, text: str) -> None:
        room = max(0, MOST_TEXT - self.text)
        self.text += len(text)
        if not room:
            return
        last = self.cells[-1] if self.cells else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text[:room]
        else:
            self.cells.append(new_output("stream", name=name, text=text[:room]))

    def _update(self, content: dict) -> None:
        """A display that is drawn anew counts as having arrived: it could go on without end as well."""
        self.arrived += _size(content)
        if _size(content) <= MOST_BYTES:
            for output in self.displays.get(str((content.get("transient") or {}).get("display_id")), ()):
                output.data = NotebookNode(content["data"])


def error(name: str, sentence: str) -> NotebookNode:
    """An error output, by which nbgrader gives a test cell no points, and which feedback shows as one sentence."""
    return new_output("error", ename=name, evalue=sentence, traceback=[f"{name}: {sentence}"])


def _clean(value: Any) -> Any:
    """A message whose texts can be written as UTF-8."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(part) for key, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list) else value


def _is_valid(output: NotebookNode) -> bool:
    """Whether a notebook may hold it: whoever knows the kernel's key can send anything."""
    try:
        nbformat.validate(output, ref="output", version=4)
    except nbformat.ValidationError:
        return False
    return True


def _size(content: dict) -> int:
    """Characters of all texts in a message's content."""
    return sum(
        len(value) if isinstance(value, str) else _size(value) if isinstance(value, dict) else len(str(value))
        for value in content.values()
    )
