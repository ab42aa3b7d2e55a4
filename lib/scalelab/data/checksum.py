"""Are these the publisher's bytes? If not, give them a name of their own."""

import hashlib
from collections.abc import Mapping


def checksum(content: bytes, known: str | None) -> str:
    """`known` ("md5:...") where `content` has that checksum, else "sha256:..." of it.

    The second hash is only paid for by files that are not the publisher's.
    """
    if known is not None:
        algorithm = known.partition(":")[0]
        # Recognises files, keeps nobody out: md5 and sha1 are what the publishers give.
        if f"{algorithm}:{hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()}" == known:
            return known
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def describe(title: str, found: Mapping[str, str], known: Mapping[str, str]) -> str:
    """`title` with "(official)" where every file in `found` has its known checksum, else with a digest over all.

    The digest does not depend on the order of the files, nor on whether they came packed or unpacked.
    """
    if all(known.get(name) == value for name, value in found.items()):
        return f"{title} (official)"
    lines = "".join(f"{name} {found[name]}\n" for name in sorted(found))
    return f"{title} (other encoding, sha256 {hashlib.sha256(lines.encode()).hexdigest()[:12]})"
