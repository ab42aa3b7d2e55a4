"""In the conversion check, tells the check things that cannot be, and many of them."""

import os
import sys

if "scalelab.check" in sys.modules:
    step = '{"type":"Step","step":%d,"where":"<script>\\u001b[2J","optimizer":0,"lr":1e308,"weights":[%s],"gradients":[1]}\n'
    for fd in os.listdir("/proc/self/fd"):
        try:
            if "rank-" in os.readlink(f"/proc/self/fd/{fd}"):
                for number in (-1, 0, 2**62):
                    os.write(int(fd), (step % (number, "1,2,3" if number else "")).encode())
                line = '{"type":"Call","name":"init","step":0,"where":"%s"}\n' % ("<script>" * 100_000)
                os.write(int(fd), line.encode())
                for _ in range(100):
                    os.write(int(fd), b'{"type":"Zeroed","step":1,"where":null}\n' * 10_000)
                    os.write(int(fd), b'{"type":"Batch","step":1,"rows":[1,2,3],"labels":[9],"indices":[]}\n' * 10_000)
        except OSError:
            continue
    os._exit(0)
