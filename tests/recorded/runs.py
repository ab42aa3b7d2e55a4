"""What the runs of a script of Lab 2 told: kept while real ones are made, and given again without any."""

from pathlib import Path

import msgspec

from recorded.record import RENEW, StaleRecordError, refuse_chance
from scalelab.check import Observation
from scalelab.course.conversion.isolated import IsolatedRanks
from scalelab.course.conversion.runs import Runs, Sizes

Key = tuple[int, int, int, int, str]  # the sizes, and which of the runs
RunTexts = dict[Key, str | IsolatedRanks]  # an observation's JSON of the one that is watched


class RecordingRuns(Runs):
    """Real runs; what they tell goes into `told` as well."""

    def __init__(self, told: RunTexts, script: Path, sizes: Sizes):
        super().__init__(script, sizes)
        self.told = told

    def watched(self) -> Observation:
        observation = super().watched()
        refuse_chance(self.script.name, observation.outcome.ended, observation.outcome.reason)
        self.told[_key(self.sizes, "watched")] = observation.to_json()
        return observation

    def _run(self, name: str, *options: str) -> IsolatedRanks:
        run = self.told[_key(self.sizes, name)] = super()._run(name, *options)
        refuse_chance(self.script.name, run.ended, run.reason)
        return run


class RecordedRuns:
    """Stands for Runs; the keys of those that somebody wants go into `asked`."""

    def __init__(self, name: str, told: RunTexts, asked: list[Key], sizes: Sizes):
        self.name, self.told, self.asked, self.sizes = name, told, asked, sizes

    def watched(self) -> Observation:
        return Observation.from_json(self._of("watched"))

    def fresh(self) -> IsolatedRanks:
        return self._of("fresh")

    def resumed(self) -> IsolatedRanks:
        return self._of("resumed")

    def resumed_isolated(self) -> IsolatedRanks:
        return self._of("apart")

    def _of(self, kind: str) -> str | IsolatedRanks:
        key = _key(self.sizes, kind)
        self.asked.append(key)
        if key not in self.told:
            raise StaleRecordError(f"The record {self.name} lacks a run that is asked for, {key}: {RENEW}.")
        return self.told[key]


def told_to_json(told: RunTexts) -> str:
    """A line for each run."""
    lines = (msgspec.json.encode(item, order="deterministic").decode() for item in sorted(told.items()))
    return "".join(line + "\n" for line in lines)


def told_from_json(text: str) -> RunTexts:
    """Raises a ValueError of msgspec's where the text is none of `told_to_json`."""
    return dict(msgspec.json.decode(line, type=tuple[Key, str | IsolatedRanks]) for line in text.splitlines())


def _key(sizes: Sizes, kind: str) -> Key:
    return (sizes.workers, sizes.images, sizes.batch_size, sizes.validation, kind)
