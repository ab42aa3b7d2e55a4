"""What bench/gpu_day.py has measured so far: gpu_day.json, whole at any time, and the table made from it."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scalelab.files.atomic import write_file

DONE, FAILED, NO_TIME = "done", "failed", "no time"


@dataclass(frozen=True)
class Record:
    """How a part ended: DONE, FAILED or NO_TIME; why, in words; its wall-clock seconds; what it measured."""

    outcome: str
    reason: str = ""
    seconds: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)


class Store:
    """The records of FOLDER/gpu_day.json, read at the start and written after each part."""

    def __init__(self, folder: Path):
        self.file = folder / "gpu_day.json"
        stored = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.state: str = stored.get("state", "")
        self.records = {name: Record(**record) for name, record in stored.get("parts", {}).items()}

    def done(self, name: str) -> bool:
        """Whether it need not be done again."""
        return name in self.records and self.records[name].outcome == DONE

    def keep(self, name: str, record: Record) -> None:
        """Write it down, with all the others."""
        self.records[name] = record
        parts = {name: asdict(record) for name, record in self.records.items()}
        text = json.dumps({"state": self.state, "parts": parts}, indent=1)
        write_file(self.file, text.encode() + b"\n")

    def on_gpu(self) -> str:
        """The GPU that this was measured on; "" where there was none."""
        return self.records["set_up"].figures.get("gpu", "") if "set_up" in self.records else ""

    def write_table(self) -> None:
        """gpu_day.md beside it; only of what was measured on a GPU."""
        if self.on_gpu():
            write_file(self.file.with_suffix(".md"), self.table().encode())

    def table(self) -> str:
        """A row for each part, figures in words; then the machine."""
        lines = ["| part | outcome | seconds | measured |", "|---|---|---|---|"]
        for name, record in self.records.items():
            figures = "; ".join(words(key, value) for key, value in record.figures.items())
            said = figures if record.outcome == DONE else " ".join([record.reason, figures]).strip()
            lines.append(f"| {name} | {record.outcome} | {record.seconds:.0f} | {cell(said)} |")
        return "\n".join([*lines, "", f"On {self.on_gpu()}; the state of the code: {self.state or 'unknown'}.", ""])


def words(name: str, value: Any) -> str:
    """As in "ms a step 1.20 (1.10 to 1.31)"; a list by all that is in it."""
    name = name.replace("_", " ")
    if isinstance(value, dict) and {"median", "least", "most"} <= set(value):
        return f"{name} {value['median']:.4g} ({value['least']:.4g} to {value['most']:.4g})"
    if isinstance(value, dict):
        return f"{name}: {', '.join(words(key, inner) for key, inner in value.items())}"
    if isinstance(value, float):
        return f"{name} {value:.4g}"
    if isinstance(value, list):
        return f"{name}: {', '.join(words('', inner).strip() for inner in value) or 'none'}"
    return f"{name} {value}"


def cell(text: str) -> str:
    """On one line and without what ends a cell of a table."""
    return " ".join(text.split()).replace("|", "/")
