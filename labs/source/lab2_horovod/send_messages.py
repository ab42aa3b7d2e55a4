"""K workers exchange messages of growing size, one at a time, and do nothing else.

    HOROVOD_TIMELINE=runs/messages.json horovodrun -np 2 python send_messages.py

What each message took stands in the timeline.
"""

import argparse
import time

import horovod.torch as hvd
import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", type=int, default=256, help="bytes of the smallest message")
    parser.add_argument("--largest", type=int, default=2**22, help="bytes of the largest; each is 4 times the last")
    parser.add_argument("--repeats", type=int, default=30)
    arguments = parser.parse_args()

    hvd.init()
    torch.set_num_threads(1)
    sizes = [arguments.smallest]
    while 4 * sizes[-1] <= arguments.largest:
        sizes.append(4 * sizes[-1])
    messages = [torch.ones(size // 4) for size in sizes]  # float32: 4 bytes each
    for _ in range(arguments.repeats):  # all sizes in turn, so that a slow moment hits all of them
        for size, message in zip(sizes, messages, strict=True):
            hvd.allreduce_(message, name=f"{size} bytes")
    if hvd.rank() == 0:
        print(f"{arguments.repeats} messages of each of {len(sizes)} sizes, {sizes[0]:,} to {sizes[-1]:,} bytes")
    time.sleep(0.5)  # Horovod writes its timeline now and then, and what waits at its end is lost
    hvd.shutdown()


if __name__ == "__main__":
    main()
