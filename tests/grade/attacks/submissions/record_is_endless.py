"""A run record of hundreds of megabytes, every line of which is right."""

import json

row = {"seconds": 1.0, "epoch": 1, "images": 1, "images_per_second": 1.0, "loss": 1.0, "train_accuracy": 0.5}
lines = (json.dumps(row) + "\n") * 100_000
with open("out/metrics.jsonl", "w") as file:
    for _ in range(100):
        file.write(lines)
