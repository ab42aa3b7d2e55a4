"""Whether JupyterLab answers and keeps out whoever has no token: exit code 0."""

import sys
import urllib.error
import urllib.request

CLOSED = "http://127.0.0.1:8888/api/contents"
FORBIDDEN = 403


def trouble() -> str | None:
    """What is wrong, None when nothing is."""
    try:
        urllib.request.urlopen(CLOSED, timeout=5)
    except urllib.error.HTTPError as answer:
        return None if answer.code == FORBIDDEN else f"JupyterLab answers with {answer.code}"
    except OSError as error:
        return f"JupyterLab does not answer: {error}"
    return "JupyterLab lets in whoever comes, without a token"


if __name__ == "__main__":
    sys.exit(trouble())
