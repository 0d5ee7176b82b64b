"""How much memory the git processes of a call take."""

import ast
import sys
from pathlib import Path
from textwrap import dedent

from relauto.command import run_program

LARGE = 128 << 20
"""Bytes: eight times as much as what is read of a file."""


def measure_memory(directory: Path, module: str, call: str):
    """Return what a call of a module's function tells of a `repository`, and the most bytes that a git took.

    It runs in a process of its own: a child's peak counts what its parent had when it began.
    """
    script = f"""
        import resource
        from pathlib import Path
        from {module} import *
        from relauto.git.repository import Repository
        with Repository.open(Path({str(directory)!r})) as repository:
            told = {call}
        print(repr((told, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)))
    """
    ended = run_program([sys.executable, "-c", dedent(script)], Path.cwd(), timeout=120)
    assert ended.status == 0, ended.said
    return ast.literal_eval(ended.said)
