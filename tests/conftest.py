"""For all tests: where their folders are; and a property is never about how busy the machine is."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes; the fast tests took a quarter of that when nothing was removed meanwhile."""


def _may_hold_folders(memory: Path) -> bool:
    """Return whether there is such a place, with room, in which programs can be started."""
    if not os.access(memory, os.W_OK):
        return False
    return shutil.disk_usage(memory).free > _ROOM and not os.statvfs(memory).f_flag & os.ST_NOEXEC


# Thousands of small repositories are made and removed: on a slow disk that is most of the time.
if "TMPDIR" not in os.environ and _may_hold_folders(_MEMORY):
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None

settings.register_profile("relauto", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relauto")
