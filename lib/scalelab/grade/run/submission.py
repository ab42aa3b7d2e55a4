"""Reads the file that was handed in: one Python file of at most 64 KiB."""

import ast
import warnings
from pathlib import Path

from scalelab.errors import ScaleLabError

MOST_BYTES = 64 * 1024


class NotAcceptedError(Exception):
    """The submission breaks the contract: it is graded as not passed, with this sentence as the reason."""


def read_submission(path: Path) -> bytes:
    """The submission's bytes.

    Raises ScaleLabError where there is no such file, so that nothing can be graded, and NotAcceptedError where the
    file is no UTF-8 Python source of at most 64 KiB.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ScaleLabError(f"{path} {what}; give the one Python file that is handed in.")
    with path.open("rb") as file:
        source = file.read(MOST_BYTES + 1)
    _accept(source)
    return source


def _accept(source: bytes) -> None:
    if len(source) > MOST_BYTES:
        raise NotAcceptedError(f"The file is larger than {MOST_BYTES // 1024} KiB; hand in the script alone.")
    if not source.strip():
        raise NotAcceptedError("The file is empty.")
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotAcceptedError("The file is not UTF-8 text.") from None
    except SyntaxError as error:
        raise NotAcceptedError(f"The file is not valid Python: {error.msg} in line {error.lineno}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise NotAcceptedError("The file is not valid Python: it cannot be parsed.") from None
