"""The bytes of assets, by their digest, beside the store."""

import hashlib
import os
from pathlib import Path


class Files:
    """A directory of files named by the SHA-256 of what they hold."""

    def __init__(self, root: Path) -> None:
        self._root = root / "assets"
        self._root.mkdir(parents=True, exist_ok=True)

    def keep(self, data: bytes) -> str:
        """Write bytes and return their digest in hex."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._root / digest
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(path)
        return digest

    def read(self, digest: str) -> bytes:
        """Return the bytes of a digest that was kept."""
        return (self._root / digest).read_bytes()
