"""Runs a script in a process that was forked, as `python -u SCRIPT` runs it in one of its own."""

import io
import os
import random
import sys
import types
from pathlib import Path


def run_script(words: list[str], environment: dict[str, str], folder: str, streams: list[int]) -> int:
    """The exit code, after an error's traceback went to standard error."""
    os.setsid()
    become(environment, folder, streams)
    sys.argv, sys.path[0] = words, str(Path(words[0]).parent)
    main = types.ModuleType("__main__", None)
    main.__dict__.update(__file__=words[0], __builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = main
    try:
        exec(compile(Path(words[0]).read_bytes(), words[0], "exec"), main.__dict__)
    except SystemExit as end:
        return code_of(end)
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next  # without this frame
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def become(environment: dict[str, str], folder: str, streams: list[int]) -> None:
    """The environment, the folder, standard streams as with `-u`, and random numbers of its own."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(
            io.FileIO(number, "w", closefd=False), sys.__stdout__.encoding, errors=errors, write_through=True
        )
        for number, errors in ((1, "strict"), (2, "backslashreplace"))
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    random.seed()
    import numpy

    numpy.random.seed()


def code_of(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1
