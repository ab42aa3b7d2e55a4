"""Horovod as it is published, edited only where it would not compile here: what ours is measured against.

It is built into the cache at the first call, beside ours (a minute).
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

BUILD = """
import sys
from pathlib import Path
from scalelab.install import features, wheel
from scalelab.install.python import ask
from scalelab.install.show import Screen
target = ask(sys.executable)
wanted = features.detect(target)
built = wheel.cached(target, wanted) or wheel.build(target, wanted, Screen(wheel.cache() / "published.log", sys.stderr))
print(built)
"""


def unpack_published(folder: Path) -> dict[str, str]:
    """Unpack it into `folder`; the variables of an environment in which a rank imports it."""
    variables = os.environ | {"SCALELAB_PUBLISHED_HOROVOD": "1"}
    done = subprocess.run([sys.executable, "-c", BUILD], env=variables, stdout=subprocess.PIPE, text=True, check=True)
    with zipfile.ZipFile(done.stdout.strip()) as wheel:
        wheel.extractall(folder)
    return {"PYTHONPATH": str(folder)}
