"""A digest without the wait for OpenSSL, which `hashlib` loads first: that takes longer than what `list` calculates."""

from __future__ import annotations

try:
    from _blake2 import blake2b  # what `hashlib.blake2b` is, too
except ImportError:  # a Python that has it from elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
