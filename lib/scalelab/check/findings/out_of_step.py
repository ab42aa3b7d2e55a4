"""parts-out-of-step: the finding of several families, for right parts of a conversion in a wrong order."""

from scalelab.check.report import Finding


def out_of_step(where: str | None, message: str, hint: str, about: str = "") -> Finding:
    """An error, since the ranks then do not train one model on all the data."""
    return Finding(id="parts-out-of-step", severity="error", where=where, message=message, hint=hint, about=about)
