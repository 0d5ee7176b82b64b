"""Build dist/stockroom.pyz: the same commit gives the same bytes."""

import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
START = b"from stockroom.__main__ import main\n\nraise SystemExit(main())\n"


def entry(name: str) -> zipfile.ZipInfo:
    """Describe one file of the archive by its name alone: no clock, no owner, no umask."""
    described = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    described.create_system = 3
    described.external_attr = 0o100644 << 16
    return described


def build(target: Path) -> None:
    """Write the archive, uncompressed: zlib's output differs between machines."""
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(entry("__main__.py"), START)
            for path in sorted((ROOT / "stockroom").glob("*.py")):
                archive.writestr(entry(f"stockroom/{path.name}"), path.read_bytes())
    target.chmod(0o755)


if __name__ == "__main__":
    build(ROOT / "dist" / "stockroom.pyz")
