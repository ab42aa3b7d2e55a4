"""Takes memory without end, in one process."""

taken = []
while True:
    taken.append(bytearray(b"x") * 50_000_000)
