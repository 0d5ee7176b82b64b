"""How a git process ends that may go on only so long."""

import os
from time import perf_counter

from relauto.git.runner import Git


def test_what_may_go_on_ends_by_itself(tmp_path):
    answer = Git(tmp_path).ask_while(lambda: True, "hash-object", "--stdin", input=b"a\n")
    assert (answer.status, answer.text) == (0, "78981922613b2afb6025042ff6bd878ac1994e85")
    failed = Git(tmp_path).ask_while(lambda: True, "hash-object", "none")
    assert (failed.status, failed.error) == (
        128,
        "fatal: could not open 'none' for reading: No such file or directory",
    )


def test_what_may_not_is_stopped(tmp_path):
    """Nobody ever writes what it waits for."""
    os.mkfifo(tmp_path / "pipe")
    asked, started = iter([True, True, False]), perf_counter()
    assert Git(tmp_path).ask_while(lambda: next(asked), "hash-object", "pipe").status < 0
    assert perf_counter() - started < 20


def test_what_a_remote_says_ends_its_lines_as_all_do(tmp_path):
    """ssh ends its lines by a carriage return, too, which a terminal would show."""
    answer = Git(tmp_path).ask("-c", r'alias.say=!printf "ssh: refused\r\nfatal: no\r\n" >&2; exit 1', "say")
    assert (answer.status, answer.error) == (1, "ssh: refused\nfatal: no")
