"""Reads the file that was handed in: one Python file of at most 64 KiB that holds a script and no data."""

import ast
import warnings
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.files.merge_markers import ADVICE, merge_marker
from scalelab.grade.run.information import MOST_INFORMATION, data_literal, information
from scalelab.launch.engine import HOW_TO_BE_STARTED, starts_itself

MOST_BYTES = 64 * 1024


class NotAcceptedError(Exception):
    """The submission breaks the contract: it is graded as not passed, with this sentence as the reason."""


def read_submission(path: Path) -> bytes:
    """The submission's bytes.

    Raises ScaleLabError where there is no such file, so that nothing can be graded, and NotAcceptedError where the
    file is no UTF-8 Python source of at most 64 KiB, holds data, or starts its ranks itself.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ScaleLabError(f"{path} {what}; give the one Python file that is handed in.")
    with path.open("rb") as file:
        source = file.read(MOST_BYTES + 1)
    _accept(source)
    if where := starts_itself(path):
        raise NotAcceptedError(f"The script starts its processes itself ({where}); {HOW_TO_BE_STARTED}.")
    return source


def _accept(source: bytes) -> None:
    if len(source) > MOST_BYTES:
        raise NotAcceptedError(f"The file is larger than {MOST_BYTES // 1024} KiB; hand in the script alone.")
    if not source.strip():
        raise NotAcceptedError("The file is empty.")
    tree = _parse(source)
    if (size := information(source)) > MOST_INFORMATION:
        most = MOST_INFORMATION // 1024
        raise NotAcceptedError(
            f"The file holds too much: compressed it is {size / 1024:.1f} KiB, where a script has 2 and may have "
            f"{most}; leave out data, weights and what is not used."
        )
    if data := data_literal(tree):
        raise NotAcceptedError(
            f"Line {data.lineno} holds data and no code; the script has to learn from the images that it is given."
        )


def _parse(source: bytes) -> ast.AST:
    """As Python would read it: a byte order mark, as Windows' Notepad puts first, is no fault."""
    try:
        text = source.decode("utf-8-sig")
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except UnicodeDecodeError:
        raise NotAcceptedError("The file is not UTF-8 text.") from None
    except SyntaxError as error:
        if line := merge_marker(text):
            raise NotAcceptedError(f"Line {line} is what git leaves of a conflict; {ADVICE}.") from None
        raise NotAcceptedError(f"The file is not valid Python: {error.msg} in line {error.lineno}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise NotAcceptedError("The file is not valid Python: it cannot be parsed.") from None
