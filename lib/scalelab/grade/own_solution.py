"""Grades the course's own solution even where no sandbox can be had: it is no stranger's program."""

import hashlib
from dataclasses import replace
from pathlib import Path

from scalelab.grade.request import GradeRequest
from scalelab.places import SOLUTIONS
from scalelab.sandbox import trouble

GROUND = "none, for none can be had here ({why}); the file is the course's own solution, byte for byte"


def resolve_sandbox(request: GradeRequest, source: bytes) -> GradeRequest:
    """The request as it is carried out on these bytes: without a sandbox if they are our own and there is none.

    The bytes that were read are judged, not the file again: it may be another one by now.
    """
    if request.unsafe or not is_own(source) or (found := trouble()) is None:
        return request
    return replace(request, unsafe=True, ground=GROUND.format(why=found[0]))


def is_own(source: bytes, solutions: Path = SOLUTIONS) -> bool:
    """Whether a file of the course's folder of solutions has these very bytes.

    Whoever can write to that folder can change the grader as well. An installation without solutions knows none.
    """
    digest = hashlib.sha256(source).digest()
    return any(hashlib.sha256(path.read_bytes()).digest() == digest for path in solutions.glob("*.py"))
