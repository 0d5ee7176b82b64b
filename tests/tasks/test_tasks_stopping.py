"""What a process that is asked to end leaves behind: nothing, and one sentence."""

import json
import os
import select
import shutil
import signal
import subprocess  # noqa: TID251 - the process under test is one that is stopped
import threading

import pytest

from relauto.tasks.stopping import Stopped, heed_signals
from tests.processes import COMMAND, make_environment
from tests.replaying.test_replaying_coverage import pick, product

__all__ = ["product"]

pytestmark = pytest.mark.path

_GIT = """\
#!/bin/sh
case "$*" in *merge-tree*) exec 3>{signs}; echo at it >&3; exec cat >/dev/null;; esac
exec {git} "$@"
"""
_TRIAL = """\
#!/bin/sh
exec 3>{signs}
echo at it >&3
exec tail -f /dev/null
"""


def _heed():
    """Whoever runs the tests may ignore some of the signals; a person's shell does not."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Stage:
    """A folder with a product, where something begins that does not end by itself, and says that it has.

    What has begun holds the pipe of its signs open: that is at its end when no process is left.
    """

    def __init__(self, folder, product):
        self.folder, self.temporary = folder, folder / "temporary"
        self.temporary.mkdir()
        self.product = product
        os.mkfifo(folder / "signs")
        self.signs = os.open(folder / "signs", os.O_RDONLY | os.O_NONBLOCK)

    def write(self, name, text):
        path = self.folder / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(signs=self.folder / "signs", git=shutil.which("git")))
        path.chmod(0o755)
        return path

    def stop(self, arguments, asked):
        """Run `relauto` until something has begun there, and return how it ended once it is asked to end."""
        path = os.pathsep.join([str(self.folder / "programs"), os.environ["PATH"]])
        more = {"TMPDIR": str(self.temporary), "PATH": path}
        with subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=make_environment(self.folder / "home", more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_heed,
        ) as process:
            assert select.select([self.signs], [], [], 60)[0], "nothing has begun"
            process.send_signal(asked)
            out, err = process.communicate(timeout=60)
        os.set_blocking(self.signs, True)
        with os.fdopen(self.signs) as signs:
            assert set(signs.read().split("\n")) == {"at it", ""}
        return process.returncode, out, err


@pytest.fixture
def stage(tmp_path, product):
    return Stage(tmp_path, product)


def list_pair(product):
    """Return a line of a pairs file: the fix of the product, on a line."""
    base = product.git.read("rev-parse", "release-1")
    made = pick(product, "release-1", product.fix, "-x")
    return json.dumps({"fix": product.fix, "onto": base, "expected": made})


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (signal.SIGHUP, 129, "stopped by SIGHUP"),
        (signal.SIGINT, 130, "interrupted"),
    ],
    ids=["term", "hangup", "interrupt"],
)
def test_a_trial_that_is_stopped_leaves_nothing(stage, asked, status, said):
    program = stage.write("trial", _TRIAL)
    words = ("pick", "--repo", "product", "--fix", "main", "--onto", "release-1", "--verify", str(program))
    refs = stage.product.git.read("show-ref")
    ended, out, err = stage.stop(words, asked)
    assert (ended, out) == (status, "")
    assert err.splitlines()[-1] == f"relauto: {said}; run again to go on: what was done stays done"
    assert "Traceback" not in err
    assert list(stage.temporary.iterdir()) == []
    assert stage.product.git.read("show-ref") == refs


def test_a_replay_that_is_stopped_leaves_no_folder_and_no_process(stage):
    (stage.folder / "pairs.jsonl").write_text(list_pair(stage.product))
    stage.write("git", _GIT)
    words = ("replay", "--repo", "product", "--pairs", "pairs.jsonl")
    assert stage.stop(words, signal.SIGTERM) == (
        143,
        "",
        "relauto: stopped by SIGTERM; run again to go on: what was done stays done\n",
    )
    assert list(stage.temporary.iterdir()) == []


def be_asked_twice(first, second, done):
    with heed_signals(), heed_signals():
        try:
            signal.raise_signal(first)
        finally:
            signal.raise_signal(second)
            done.append("cleared")


@pytest.mark.parametrize(
    ("first", "second", "end", "status"),
    [
        (signal.SIGINT, signal.SIGTERM, KeyboardInterrupt, None),
        (signal.SIGTERM, signal.SIGHUP, Stopped, 143),
        (signal.SIGHUP, signal.SIGTERM, Stopped, 129),
    ],
)
def test_the_first_counts_and_what_it_set_off_is_not_broken_off(first, second, end, status):
    done = []
    with pytest.raises(end) as caught:
        be_asked_twice(first, second, done)
    assert (getattr(caught.value, "code", None), done) == (status, ["cleared"])


def test_what_others_do_about_signals_is_as_it_was():
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    ignored = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with heed_signals():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, ignored)
    assert {each: signal.getsignal(each) for each in before} == before


def test_a_task_in_a_thread_goes_without():
    done = []

    def run():
        with heed_signals():
            done.append("run")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == ["run"]
