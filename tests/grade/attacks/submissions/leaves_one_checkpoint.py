"""One checkpoint of the right form, where two are needed."""

from scalelab.models import build
from scalelab.train import save_checkpoint

save_checkpoint(build("small-resnet"), "out", 1)
