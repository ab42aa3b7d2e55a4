"""Runs a collective among workers in a process of its own, which may hang, flood or fall without harm to others.

python -m scalelab.course.communication.isolated FOLDER
"""

import resource
import sys
import traceback
from pathlib import Path

import cloudpickle
import msgspec
import torch

from scalelab.course.communication.case_run import NOT_FOUND, Case, CaseReport
from scalelab.errors import ScaleLabError
from scalelab.parallel.collectives.protocol import Collective
from scalelab.parallel.collectives.transcript import Deadlock, write_down
from scalelab.places import PACKAGE

COMPUTING_SECONDS = 60  # of the processor, for all cases together
MEMORY = 8 << 30  # bytes of address space
LIBRARY = str(PACKAGE)


def main() -> int:
    """Run every case of FOLDER/cases.json, and leave a report of each, (FOLDER/report-K.json)."""
    folder = Path(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING_SECONDS, COMPUTING_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    cases = msgspec.json.decode((folder / "cases.json").read_bytes(), type=list[Case])
    try:
        collective = cloudpickle.loads((folder / "collective.pickle").read_bytes())  # of whoever started this process
    except Exception as error:
        (folder / NOT_FOUND).write_text(_described(error))
        return 1
    for number, report in enumerate(run(collective, case) for case in cases):
        (folder / f"report-{number}.part").write_bytes(msgspec.json.encode(report))
        (folder / f"report-{number}.part").rename(folder / f"report-{number}.json")
    return 0


def run(collective: Collective, case: Case) -> CaseReport:
    """A case, and what stopped it, if anything did."""
    try:
        transcript = write_down(collective, list(torch.from_numpy(case.vectors())))
    except Deadlock as deadlock:
        return CaseReport(case, messages=deadlock.messages, waits=deadlock.waits, ended=sorted(deadlock.ended))
    except NotImplementedError as error:
        return CaseReport(case, not_begun=str(error))
    except BaseException as error:  # whatever it is, it is the learner's, and is told
        return CaseReport(case, error=_described(error))
    results = [_plain(result, case) for result in transcript.results]
    return CaseReport(case, results, transcript.messages, transcript.peak_bytes, transcript.left)


def _plain(result: object, case: Case) -> list[float] | str:
    if not isinstance(result, torch.Tensor):
        return type(result).__name__
    if result.shape != (case.elements,):
        return f"tensor of shape {tuple(result.shape)}"
    return result.detach().double().tolist()


def _described(error: BaseException) -> str:
    """As "IndexError: ... (line 7 of your cell)"; an error of ours says all by itself."""
    kind = "" if isinstance(error, ScaleLabError) else f"{type(error).__name__}: "
    lines = str(error).strip().splitlines() or ["without a word"]
    own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if LIBRARY not in frame.filename]
    where = f" (line {own[-1]} of your cell)" if own and own[-1] else ""
    return f"{kind}{lines[0].rstrip('.')}{where}"


if __name__ == "__main__":
    sys.exit(main())
