"""One word, one thing: the library's names are the field's, and the words they replaced stay away."""

import ast
from collections.abc import Iterator

import shape

# What a name used to be, and what it is called now.
REFUSED = {
    "Room": "SandboxedRun",
    "furnish": "prepare",
    "Walls": "SandboxSpec",
    "enclose": "wrap_command",
    "WALLED": "SANDBOXED",
    "apart": "limited_fork, isolated or own_process",
    "Apart": "IsolatedRanks",
    "Told": "RankTrace",
    "told": "trace, events or noted",
    "all_told": "finished_trace",
    "Telling": "ProgressLog or PipeListener",
    "Audience": "ProgressListener",
    "Onlooker": "ProgressListener",
    "Nobody": "Silence",
    "hear": "on",
    "Order": "GradeRequest",
    "ClassOrder": "ClassRequest",
    "LabOrder": "LabRequest",
    "ClassTerms": "ClassSettings",
    "agreed_terms": "resolve_settings",
    "set_terms": "resolve_budget",
    "settle": "settle_scores",
    "Desk": "BackgroundJob",
    "Look": "JobStatus",
    "examiner": "evaluator",
    "Examiner": "Evaluator",
    "Unseen": "DeletedFiles",
    "Seat": "WorkerHandle",
    "Pace": "TimeLeft",
    "Places": "ClassPaths",
    "mend": "remedy",
    "lay_out": "stage",
    "handin": "submission",
    "HandIn": "StagedSubmission",
    "shadows": "shadowed_names",
    "judges": "checks",
    "JUDGES": "CHECKS",
    "way": "config, scheme or what it is",
    "ways": "configs, schemes or what they are",
    "even_bytes": "crossover_bytes",
    "travels": "transfers",
    "ready_in": "negotiation_wait",
    "trust": "trust_coefficient",
    "Setting": "ExperimentConfig",
    "choose_setting": "choose_preset",
    "PretendDevice": "FakeDevice",
    "OwnLARS": "LearnerLARS",
    "OwnGhostBatchNorm": "LearnerGhostBatchNorm",
    "scaled_rate": "scaled_lr",
    "rate": "lr, or what it is a rate of",
    "rates": "lrs",
    "held_out": "validation (what a learner watches) or test (what the grader keeps)",
    "HELD_OUT": "VALIDATION or TEST",
    "passes": "accumulation_steps",
    "Terms": "Requirements",
    "smaller": "subsample",
    "members": "archive",
    "Measured": "what was measured: BatchSizeRuns, WorkerRuns, InputOrderRuns, Accuracies",
    "read_measured": "read_batch_size, read_workers, read_input_order",
}
BANDWIDTH = {"alpha": "latency", "beta": "bandwidth"}  # where messages are counted


def defined(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a file gives to something, and in which lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


def test_no_name_is_one_that_was_given_up():
    found = [
        f"{path}:{line}: {name}: say {REFUSED.get(name) or BANDWIDTH[name]}"
        for path in shape.files()
        for name, line in defined(ast.parse(path.read_text()))
        if name in REFUSED or (name in BANDWIDTH and "parallel" in path.parts)
    ]
    assert found == []
