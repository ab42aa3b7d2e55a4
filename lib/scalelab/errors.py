"""The one exception that is meant for a person."""


class ScaleLabError(Exception):
    """Something the person at the keyboard can act on.

    The message is one sentence: what was expected, what came, what to do next. The command line prints it
    without a traceback and ends with a non-zero exit code.
    """
