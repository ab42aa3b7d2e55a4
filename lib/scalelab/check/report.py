"""What the check has found, as a record and as JSON."""

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "advice"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is the matter. `rank`: the rank at fault, None where all are; `where`: "file, line N" or None.

    `about`: what it is about where its id leaves that open: the name of a file, "log", "broadcast" or "step".
    """

    id: str
    severity: Severity
    rank: int | None = None
    where: str | None = None
    message: str
    hint: str
    about: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a script; `steps` is the number of steps that every rank was observed to finish.

    `effective_batch_size` is the number of images that all ranks together took in a typical one of them, None where
    none were seen.
    `not_applicable` holds, by id, why something could not be looked for here.
    """

    converted: bool
    workers: int
    steps: int
    findings: list[Finding]
    not_applicable: dict[str, str] = {}
    effective_batch_size: int | None = None

    def ids(self) -> set[str]:
        """Ids of all findings."""
        return {finding.id for finding in self.findings}

    def to_json(self) -> str:
        """As it is printed with --json."""
        return msgspec.json.format(msgspec.json.encode(self)).decode() + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """The report of `to_json`."""
        return msgspec.json.decode(text, type=cls)


def judge(
    findings: list[Finding],
    workers: int,
    steps: int,
    not_applicable: dict[str, str] | None = None,
    effective_batch_size: int | None = None,
) -> Report:
    """Converted means: no finding is an error. Errors come first."""
    order = ("error", "warning", "advice")
    findings = sorted(findings, key=lambda finding: order.index(finding.severity))
    converted = all(finding.severity != "error" for finding in findings)
    return Report(
        converted=converted,
        workers=workers,
        steps=steps,
        findings=findings,
        not_applicable=not_applicable or {},
        effective_batch_size=effective_batch_size,
    )


def describe_report(report: Report) -> str:
    """The verdict in a sentence or two."""
    verdict = "Converted" if report.converted else "Not converted"
    counts = {kind: sum(finding.severity == kind for finding in report.findings) for kind in ("error", "warning")}
    found = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items() if count]
    advice = "advice" if any(finding.severity == "advice" for finding in report.findings) else ""
    what = ", ".join(filter(None, [*found, advice])) or "nothing found"
    return f"{verdict}: {what}, in {report.steps} steps observed on {report.workers} ranks."
