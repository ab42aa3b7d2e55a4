"""What is turned and pressed in a notebook: sliders, predictions, buttons, live charts."""

from scalelab.widgets import predict
from scalelab.widgets.sliders import live

__all__ = ["live", "predict"]
