"""What a compressed message leaves out is kept, and goes along with the next one.

Karimireddy and others (2019), "Error feedback fixes SignSGD and other gradient compression schemes", algorithm 1.
"""

from torch import Tensor

from scalelab.parallel.compression.compressors import Compressed, Compressor


class ErrorFeedback:
    """A worker's own: call it with a step (learning rate times gradient); it gives what is sent of it.

    `error` is what has not been sent yet. All that was ever put in is what was sent plus `error`.
    """

    def __init__(self, compress: Compressor):
        self.compress = compress
        self.error: Tensor | float = 0.0

    def __call__(self, step: Tensor) -> Compressed:
        owed = step + self.error
        sent = self.compress(owed)
        self.error = owed - sent.values
        return sent
