"""What `relauto --list` costs beside `invoke --list` of an empty tasks file: at most 1.5 times.

Run by hand on a quiet machine, `python tests/tasks/bench_list.py`. The two take turns, and the quickest
run of each counts: all that is slower is the machine's.
"""

import subprocess  # noqa: TID251 - two programs are timed as they are started
import sys
import tempfile
import time
from pathlib import Path

RUNS = 20
LIMIT = 1.5
BIN = Path(sys.executable).parent


def measure(program: str, folder: str) -> float:
    """Return the seconds that one `--list` took."""
    started = time.perf_counter()
    subprocess.run([BIN / program, "--list"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Print both times and their ratio; end with 1 above the limit."""
    with tempfile.TemporaryDirectory() as folder:
        # Invoke refuses to list a collection without a task.
        Path(folder, "tasks.py").write_text("from invoke import task\n@task\ndef nothing(c): pass\n")
        turns = [(measure("relauto", folder), measure("invoke", folder)) for _ in range(RUNS)]
    ours, theirs = (min(times) for times in zip(*turns, strict=True))
    print(  # noqa: T201
        f"relauto --list {ours * 1000:.0f} ms, invoke --list {theirs * 1000:.0f} ms: "
        f"{ours / theirs:.2f} times"
    )
    return int(ours / theirs > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
