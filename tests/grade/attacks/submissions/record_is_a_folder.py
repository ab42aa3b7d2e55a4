"""A run record that is a folder; so is everything else that the grader may want to write beside it."""

import os

for name in ("metrics.jsonl", "metrics.part", "result.json", "feedback.html"):
    os.makedirs(f"out/{name}/within")
