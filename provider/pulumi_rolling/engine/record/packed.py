"""A text packed into letters that every tag takes, and unpacked no further than it may be long.

Words that both sides know need not stand in it: what is packed against words is unpacked against the same.
"""

from __future__ import annotations

import base64
import zlib


def packed(text: str, words: bytes = b"") -> str:
    packer = zlib.compressobj(9, zdict=words) if words else zlib.compressobj(9)
    return base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()


def unpacked(text: str, most: int, words: bytes = b"") -> bytes:
    """Raises ValueError or zlib.error where it is longer than ``most``, cut, or not packed so."""
    unpack = zlib.decompressobj(zdict=words) if words else zlib.decompressobj()
    raw = unpack.decompress(base64.b64decode(text, validate=True), most)
    if not unpack.eof:
        raise ValueError("nothing of ours is so long, or it is cut")
    return raw
