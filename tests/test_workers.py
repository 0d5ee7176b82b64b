"""The processes that share long work: none is left over."""

import signal
import subprocess  # noqa: TID251 - the process under test is one that is killed
import sys

import pytest

_PARENT = """
import threading
from relauto.workers import start_workers

def wait():
    print("at it", flush=True)
    threading.Event().wait()

if __name__ == "__main__":
    start_workers(1).submit(wait).result()
"""


@pytest.mark.slow
def test_who_works_ends_with_who_asked_for_it(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(_PARENT, encoding="utf-8")
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "at it\n"
        parent.send_signal(signal.SIGKILL)
        # The pipe is at its end when the last process that could write to it is gone.
        assert parent.communicate(timeout=30) == ("", None)
