"""Numbers that look random and are the same on every machine, in every process and after every restart."""

from __future__ import annotations

from linodctl.digests import blake2b


def stable_number(*parts: object) -> int:
    """A number of 64 bits that depends on nothing but `parts` (texts and numbers)."""
    text = "\0".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
