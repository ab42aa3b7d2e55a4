"""A run record of all that is not a row: bytes, deep lists, numbers that are none, lines that never end."""

import json

row = {"seconds": 1.0, "epoch": 1, "images": 1, "images_per_second": 1.0, "loss": 1.0, "train_accuracy": 0.5}
odd = [-1e308, 1e308, 10**30, None, "<script>", [[]], {"a": {}}, True]
with open("out/metrics.jsonl", "wb") as file:
    for name in row:
        for value in odd:
            file.write(json.dumps(row | {name: value}).encode() + b"\n")
    for number in (b"NaN", b"Infinity", b"1e999", b"-1e999", b"0x1", b"1" * 5000):
        file.write(b'{"seconds":1,"epoch":1,"images":1,"images_per_second":1,"loss":%b}\n' % number)
    file.write(b"[" * 200_000 + b"\n" + bytes(range(256)) * 1000 + b"\n" + b"\xff\xfe" * 1000 + b"\n")
    file.write(b"x" * 30_000_000)
