"""What hangs on objects alone is asked once; whatever can change is asked again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from relauto.git.lasting import LastingGit
from relauto.git.runner import Git

WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Dana"), ("EMAIL", "dana@acme.example"), ("DATE", "1767225600 +0000"))
}


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    """Two commits on `main`, oldest first."""
    git = Git(tmp_path, WHO)
    git.run("init", "--quiet", "--initial-branch=main", ".")
    made = []
    for text in ("one\n", "two\n"):
        (tmp_path / "file").write_text(text)
        git.run("add", "file")
        git.run("commit", "--quiet", "--message", text)
        made.append(git.read("rev-parse", "HEAD"))
    return made


def ask_without_git(git: LastingGit, monkeypatch: pytest.MonkeyPatch, *words: str, given: bytes) -> bytes:
    """Ask where no process can be started: only what is known is answered."""
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        return git.run(*words, input=given)


QUESTIONS: list[Callable[[str, str], tuple[tuple[str, ...], str]]] = [
    lambda old, new: (("merge-base", old, new), ""),
    lambda old, new: (("merge-base", "--is-ancestor", old, new), ""),
    lambda old, new: (("rev-list", "--reverse", f"{old}..{new}"), ""),
    lambda old, new: (("rev-list", new, f"^{old}"), ""),
    lambda old, new: (("diff-tree", "-r", "--name-only", old, new), ""),
    lambda _, new: (("--literal-pathspecs", "log", "--format=%H", "--stdin"), f"{new}\n--\nfile\n"),
    lambda _, new: (("diff-tree", "--stdin", "-p"), f"{new}\n"),
    lambda _, new: (("cat-file", "--batch"), f"{new}\n"),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_of_objects_is_answered_without_a_process(
    commits: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    question: Callable[[str, str], tuple[tuple[str, ...], str]],
) -> None:
    git = LastingGit(tmp_path)
    words, given = question(*commits)
    first = git.run(*words, input=given.encode())
    assert first == Git(tmp_path).run(*words, input=given.encode())
    assert ask_without_git(git, monkeypatch, *words, given=given.encode()) == first


def test_a_no_lasts_as_a_yes_does(
    commits: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git, words = LastingGit(tmp_path), ("merge-base", "--is-ancestor", *reversed(commits))
    assert git.ask(*words).status == 1
    monkeypatch.setenv("PATH", "")
    assert git.ask(*words).status == 1


def test_what_is_missing_may_come(commits: list[str], tmp_path: Path) -> None:
    git = LastingGit(tmp_path)
    content = b"two and a half\n"
    coming = Git(tmp_path).read("hash-object", "--stdin", input=content)
    given = f"{commits[0]}\n{coming}\n".encode()
    assert git.run("cat-file", "--batch", input=given).endswith(f"{coming} missing\n".encode())
    assert git.ask("diff-tree", coming, commits[0]).status == 128
    Git(tmp_path).run("hash-object", "-w", "--stdin", input=content)
    assert git.run("cat-file", "--batch", input=given).endswith(content + b"\n")


@pytest.mark.parametrize(
    "words",
    [
        ("rev-list", "--all"),
        ("rev-list", "{new}", "--not", "--branches=other"),
        ("rev-list", "main"),
        ("rev-list", "{old}..main"),
        ("rev-list", "--objects", "--missing=print", "{new}"),
        ("log", "--format=%H"),
        ("log", "--format=%H", "--stdin"),
        ("merge-base", "{old}", "main"),
        ("rev-parse", "{new}"),
        ("cat-file", "-e", "{new}"),
        ("cat-file", "-t", "{new}"),
    ],
)
def test_what_hangs_on_more_is_asked_each_time(
    commits: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    git = LastingGit(tmp_path)
    asked = tuple(word.format(old=commits[0], new=commits[1]) for word in words)
    given = b"main\n" if "--stdin" in words else b""
    git.run(*asked, input=given)
    with pytest.raises(Exception, match="git was not found on PATH"):
        ask_without_git(git, monkeypatch, *asked, given=given)


def test_a_branch_that_moves_is_seen(commits: list[str], tmp_path: Path) -> None:
    git = LastingGit(tmp_path)
    assert git.read("rev-list", "main").split() == commits[::-1]
    Git(tmp_path).run("update-ref", "refs/heads/main", commits[0])
    assert git.read("rev-list", "main").split() == commits[:1]


def test_a_long_answer_is_not_kept(
    commits: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = LastingGit(tmp_path)
    blob = Git(tmp_path).read("hash-object", "-w", "--stdin", input=b"long\n" * 10_000)
    git.run("cat-file", "--batch", input=f"{blob}\n".encode())
    with pytest.raises(Exception, match="git was not found on PATH"):
        ask_without_git(git, monkeypatch, "cat-file", "--batch", given=f"{blob}\n".encode())
