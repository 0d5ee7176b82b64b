"""`relauto coverage` in a clone, as a person types it."""

import fcntl
import os
import pty
import struct
import subprocess  # noqa: TID251 - a terminal belongs to a process
import termios

import pytest

from tests.processes import COMMAND, make_environment
from tests.replaying.test_replaying_coverage import pick, product

__all__ = ["product"]


@pytest.fixture
def coverage(relauto, product):
    return lambda *arguments: relauto("coverage", "--repo", "product", "--since", "9999d", *arguments)


def test_a_gap_is_for_a_person_and_nothing_is_written(coverage, product):
    made = pick(product, "release-2", product.fix, "-x")
    before = product.git.read("show-ref")
    ended = coverage()
    assert ended.status == 3
    assert ended.out.splitlines()[-2:] == [
        "To be looked at:",
        f"  #12 {product.fix[:8]} Stop the crash (#12): in release-2 but missing in release-10",
    ]
    assert ended.err == (
        "no line was named, and no settings name any; taken are the newest: release-1, release-2, "
        "release-10\n"
        "reading main and 3 lines beside it\n"
        "comparing patches\n"
    )
    document = coverage("--json").document
    assert document.pop("seconds") >= 0
    assert document == {
        "schema": 1,
        "fixes": [
            {
                "fix": product.fix,
                "subject": "Stop the crash (#12)",
                "pull": 12,
                "lines": [
                    {"line": "release-1", "state": "missing", "by": None, "commit": None},
                    {"line": "release-2", "state": "in", "by": "trailer", "commit": made},
                    {"line": "release-10", "state": "missing", "by": None, "commit": None},
                ],
                "gaps": [{"in": "release-2", "missing": "release-10"}],
                "later": [],
            }
        ],
    }
    assert product.git.read("show-ref") == before


def test_without_a_gap_all_is_well(coverage, product):
    pick(product, "release-10", product.fix, "-x")
    assert coverage().status == 0
    assert coverage("--onto", "release-1", "--onto", "release-10", "--fix", product.fix).status == 0


def test_a_terminal_is_given_no_line_that_it_would_break(product, tmp_path):
    made = pick(product, "release-2", product.fix, "-x")
    screen, line = pty.openpty()
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    ended = subprocess.run(
        [*COMMAND, "coverage", "--repo", "product", "--since", "9999d"],
        cwd=tmp_path,
        env=make_environment(tmp_path / "home", {}),
        stdout=line,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    shown = os.read(screen, 4096).decode().split("\r\n")
    os.close(line)
    os.close(screen)
    assert (ended.returncode, max(map(len, shown)) <= 50) == (3, True)
    assert f"  #12 {product.fix[:8]} Stop…  missing    {made[:8]} trailer" in shown


def test_lines_that_settings_name_are_taken(coverage, product, tmp_path):
    pick(product, "release-1", product.fix, "-x")
    repositories = 'repositories = {source = "acme/till", ops = "acme/ops"}\n'
    (tmp_path / "relauto.toml").write_text(f'lines = ["release-1", "release-2"]\n{repositories}')
    ended = coverage()
    assert ended.out.endswith("in release-1 but missing in release-2\n")
    assert "no line was named" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "nothing was brought from main to release-1, release-2, release-10 in the last 9999d"),
        (("--onto", "main"), "there is no line beside main\n  name lines with --onto"),
        (("--onto", "hotfix-*"), "has no branch that matches 'hotfix-*'"),
        (("--fix", "mian"), "has no commit called 'mian'"),
        (("--main", "none"), "has no branch called 'none'"),
    ],
)
def test_bad_input_ends_with_2_and_one_message(coverage, arguments, what):
    ended = coverage(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err


def test_what_cannot_be_seen_is_no_reason_to_rest(coverage, product):
    pick(product, "release-10", product.fix, "-x")
    product.switch("release-2")
    product.commit("Ours", {"app.py": "ours\n"})
    blob = product.git.read("rev-parse", "HEAD:app.py")
    product.switch("main")
    (product.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ended = coverage()
    assert (ended.status, ended.out.splitlines()[-1]) == (
        2,
        f"  #12 {product.fix[:8]} Stop the crash (#12): unknown in release-2",
    )
