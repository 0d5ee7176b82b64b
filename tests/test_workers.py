"""The processes that share long work: none is left over."""

import os
import signal
import subprocess  # noqa: TID251 - the process under test is one that is killed
import sys
import threading
from contextlib import ExitStack

import pytest

from relauto.errors import InputError
from relauto.workers import start_workers

_PARENT = """
import threading
from relauto.workers import start_workers

def wait():
    print("at it", flush=True)
    threading.Event().wait()

if __name__ == "__main__":
    with start_workers(1) as pool:
        pool.submit(wait).result()
"""


def wait():
    threading.Event().wait()


def fall():
    os.kill(os.getpid(), signal.SIGKILL)


def test_who_is_interrupted_does_not_wait_for_what_workers_are_at():
    with ExitStack() as held:
        pool = held.enter_context(start_workers(1))
        worker = pool.submit(os.getpid).result()
        pool.submit(wait)
        held.callback(signal.raise_signal, signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            held.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_worker_that_is_killed_is_told_plainly():
    with pytest.raises(InputError, match="killed, as happens where memory"), start_workers(1) as pool:
        pool.submit(fall).result()


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
