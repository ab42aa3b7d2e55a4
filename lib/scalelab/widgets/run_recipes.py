"""Recipes of a sweep, run one by one from a notebook; what has finished stays, also for another day."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.experiments.sweep import Trial, read_sweep, run_trial, trials
from scalelab.train.record import Row
from scalelab.widgets.run_ranks import Following

OUT = Path("runs/tricks")


class Recipes:
    """The runs of a sweep's file with another seed and on several ranks, and the learner's own code where it can be.

    Records lie in OUT/NAME/seed-SEED; a run that has finished with the same command is not run again.
    """

    def __init__(self, sweep: Path | str, workers: int = 2, seed: int = 77, more: str = "", out: Path = OUT):
        asked = read_sweep(sweep)
        common = f"{asked.common} {more}"
        asked = msgspec.structs.replace(asked, workers=workers, seeds=(seed,), common=common)
        self.trials: Mapping[str, Trial] = {trial.name: trial for trial in trials(asked, Path(sweep).parent, out)}

    def run(self, name: str) -> Sequence[Row]:
        """Run the recipe before the reader's eyes; gives its reports. Raises ScaleLabError where it fails."""
        if name not in self.trials:
            names = ", ".join(map(repr, self.trials))
            raise ScaleLabError(f"There is no recipe {name!r}; the recipes are {names}.")
        trial = self.trials[name]
        if trial.finished:
            before = "finished before" if self._is_newest(trial) else "finished before its scripts were changed"
            print(f"{name}: {before}; delete {_shown(trial.folder)} to run it again.")
            return trial.rows
        print(f"{name}:", flush=True)  # a cell may run several
        with Following(trial.arguments) as following:
            outcome = run_trial(trial, following.show)
        if outcome.ended != "finished":
            raise ScaleLabError(f"{name}: {outcome.reason}")
        return trial.rows

    def _is_newest(self, trial: Trial) -> bool:
        """Whether no script beside the recipe's has been saved since it ran."""
        ended = max(file.stat().st_mtime for file in trial.folder.iterdir())
        return all(script.stat().st_mtime <= ended for script in trial.script.parent.glob("*.py"))

    @property
    def finished(self) -> dict[str, Sequence[Row]]:
        """{name: reports} of the recipes that have finished."""
        return {name: trial.rows for name, trial in self.trials.items() if trial.finished}


def _shown(folder: Path) -> str:
    return str(folder.relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)
