"""What a test cell calls: one step of the conversion, judged on the script as it stands."""

from pathlib import Path

from scalelab.course.conversion.checks import CHECKS
from scalelab.course.conversion.evidence import store
from scalelab.course.conversion.runs import Sizes
from scalelab.course.conversion.slips import explain_error, find_slip
from scalelab.course.conversion.steps import describe_finding, undoes
from scalelab.course.exercises.expect import NotYet
from scalelab.errors import ScaleLabError


def expect_step(
    script: Path | str, step: str, workers: int = 2, images: int = 150, batch_size: int = 8, validation: int = 51
) -> None:
    """Raise `NotYet` with a sentence unless this step of `scalelab.course.conversion.STEPS` is done.

    The script runs as `workers` real ranks: under the conversion check, then each rank with a folder of its own, then
    resumed. `images` to learn from, `batch_size` of each rank, `validation` images to measure accuracy on. The last is
    no multiple of the number of workers, so that the parts are not equally long. A slip that stands in the source
    explains better than what the ranks did: where the step is not done, its sentence goes before theirs.
    """
    try:
        evidence = store().of(script, Sizes(workers, images, batch_size, validation))
        findings = [finding for finding in evidence.report.findings if undoes(finding, step)]
    except ScaleLabError as error:
        raise NotYet(str(error)) from None
    judged = (judge(evidence) for judge in CHECKS[step])
    sentence = describe_finding(findings[0]) if findings else next(filter(None, judged), None)
    if sentence:
        raise NotYet(find_slip(Path(script).read_text()) or explain_error(sentence))
