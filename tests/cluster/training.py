"""The assessment's solution as these tests run it: its terms, and what it reports."""

import re
from pathlib import Path

import msgspec
import pytest

SOLUTION = Path(__file__).parents[2] / "assessment" / "solution" / "assessment.py"
EPOCHS, BATCH_SIZE, VALIDATION = (
    int(re.search(rf"^{name} = (\d+)", SOLUTION.read_text(), re.MULTILINE)[1])
    for name in ("EPOCHS", "BATCH_SIZE", "VALIDATION")
)


def rows(folder: Path) -> list[dict]:
    file = folder / "metrics.jsonl"
    return [msgspec.json.decode(line) for line in file.read_text().splitlines()] if file.exists() else []


def needs_mpi() -> None:
    import horovod.torch as hvd

    if not hvd.mpi_built():
        pytest.skip("needs Horovod with MPI: `make setup` with openmpi-bin and libopenmpi-dev here")
