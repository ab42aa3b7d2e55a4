"""How nbgrader makes learners' copies and grades them, in one place for `labs/nbgrader_config.py`."""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    GetGrades,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from scalelab.course.autograde.hide_tests import HideTests
from scalelab.course.autograde.restore_cells import RestoreCells
from scalelab.course.autograde.run_cells import RunCells
from scalelab.course.autograde.settle_scores import SettleScores
from scalelab.course.release.cut_solutions import NamedStubs, has_solution
from scalelab.course.release.leaks import RefuseLeaks, StripScripts
from scalelab.course.release.release import SOLUTIONS

# Hidden tests go after the cells were saved (the gradebook keeps them), and the checksums are those without them.
RELEASE = [
    LockCells,
    NamedStubs,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
    StripScripts,
    RefuseLeaks,
]
SANITIZE = [ClearOutput, RestoreCells, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
FEEDBACK = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
GRADE = [RunCells, LimitOutput, SaveAutoGrades, SettleScores, AssignLatePenalties, CheckCellMetadata]


def scripts_to_edit(source: Path, solutions: Path | None = None) -> dict[str, list[str]]:
    """By lab, the scripts that learners edit, relative to the lab's folder.

    They hold solution regions, or are solved as a whole: SOLUTIONS/LAB has a script of the same name. `solutions` is
    the folder beside `source` unless given.
    """
    solutions = source.parent / SOLUTIONS if solutions is None else solutions
    return {
        lab.name: [
            str(path.relative_to(lab))
            for path in sorted(lab.rglob("*.py"))
            if has_solution(path.read_text(encoding="utf-8")) or (solutions / path.relative_to(source)).exists()
        ]
        for lab in sorted(source.iterdir())
        if lab.is_dir()
    }
