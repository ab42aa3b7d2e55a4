"""Loads a learner's training script as it stands on disk now, so that a notebook can try its functions."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from scalelab.errors import ScaleLabError


class ScriptError(ScaleLabError):
    """A script that cannot be tried. A notebook shows its sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def load_script(path: Path | str, needs: Sequence[str] = ()) -> ModuleType:
    """The script's functions, read anew on every call; its `main` is not run.

    Raises ScriptError where there is no such file, where Python cannot run it, or where it lacks a function that is
    among `needs`.
    """
    path = Path(path)
    if not path.is_file():
        raise ScriptError(f"There is no {path.name} in {path.resolve().parent}; put the script beside the notebook.")
    module = ModuleType(f"script_{path.stem}")
    module.__file__ = str(path.resolve())
    sys.modules[module.__name__] = module
    try:
        # Compiled here: the import system may take bytecode of the version before, if both were saved within a second.
        exec(compile(path.read_bytes(), module.__file__, "exec"), module.__dict__)  # with a byte order mark, too
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ScriptError(
            f"{path.name} does not run{_line(error, module.__file__)}: {type(error).__name__}: {error}."
        ) from error
    missing = [name for name in needs if not callable(getattr(module, name, None))]
    if missing:
        raise ScriptError(f"{path.name} has no function `{missing[0]}`; take it from the script as handed out.")
    return module


def _line(error: BaseException, file: str) -> str:
    """As " (line N)", the deepest line within the script, or nothing."""
    lines = [error.lineno] if isinstance(error, SyntaxError) and error.filename == file else []
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f" (line {lines[-1]})" if lines else ""
