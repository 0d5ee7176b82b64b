"""Whatever a name's type lets through, git takes as that name and as nothing else."""

import subprocess  # noqa: TID251 - git itself is the judge

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relauto.errors import InputError
from relauto.model.names import Branch, Commit, RepositoryName, Tag

pieces = st.sampled_from(
    [
        *[
            "a",
            "Z",
            "9",
            "-",
            ".",
            "..",
            "/",
            "//",
            "@",
            "@{",
            "~",
            "^",
            ":",
            "?",
            "*",
            "[",
            "\\",
            " ",
            "\t",
            "\x7f",
        ],
        *[".lock", "refs/heads/", "refs/tags/", "é", "\u2028", "\n", "\0", "release", "HEAD", "-1.0"],
    ]
)
texts = st.lists(pieces, max_size=6).map("".join) | st.text(max_size=12)


def is_accepted(kind, text):
    try:
        return kind(text)
    except InputError:
        return None


def asks_git(refs):
    """Tell which of the refs `git check-ref-format` refuses; none can be given to it with a NUL."""
    return [ref for ref in refs if "\0" in ref or subprocess.run(["git", "check-ref-format", ref]).returncode]


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=4))
@example(["a/.b", "a.lock/b", "a."])
@example(["refs/heads/-x", "@"])
def test_git_accepts_what_is_accepted(names):
    made = [
        found for kind in (Branch, Tag) for name in names if (found := is_accepted(kind, name)) is not None
    ]
    assert asks_git([name.ref for name in made]) == []


@given(texts)
def test_no_name_can_be_an_option_or_an_expression(text):
    for kind in (Branch, Tag):
        name = is_accepted(kind, text)
        if name is not None:
            assert not name.startswith(("-", "/"))
            assert not set(name) & set(" \t\n\0~^:?*[\\")
            assert ".." not in name
            assert "@{" not in name


@pytest.mark.parametrize("name", ["main", "release-5.35", "fix/orders", "dependabot/npm/x-1.2", "ünï", "a@b"])
def test_ordinary_names_are_taken(name):
    assert Branch(name).ref == f"refs/heads/{name}"
    assert Branch(f"refs/heads/{name}") == name
    assert Tag(name).ref == f"refs/tags/{name}"


@pytest.mark.parametrize(
    "name", ["", "@", "-x", "--force", "a..b", "a b", "a~1", "a^", "a:b", "a.lock", "/a", "a/", ".a", "a/.b"]
)
def test_names_that_git_refuses_are_refused(name):
    for kind in (Branch, Tag):
        with pytest.raises(InputError, match="name that git accepts"):
            kind(name)


@given(st.text(alphabet="0123456789abcdefABCDEF\n g", max_size=42))
def test_a_commit_is_forty_digits(text):
    wanted = len(text) == 40 and set(text) <= set("0123456789abcdef")
    assert (is_accepted(Commit, text) is not None) is wanted


def test_a_commit_with_a_line_break_is_none():
    with pytest.raises(InputError):
        Commit("a" * 40 + "\n")
    assert Commit("a" * 40).short == "a" * 10


@pytest.mark.parametrize("name", ["acme/stockroom", "a/b.c", "A-1/_x"])
def test_a_repository_has_an_owner_and_a_name(name):
    found = RepositoryName(name)
    assert f"{found.owner}/{found.name}" == name


@pytest.mark.parametrize(
    "name", ["", "acme", "acme/", "/x", "acme/x/y", "acme/..", "acme/.", "-a/b", "a b/c", "a/b\n", "a/b?x"]
)
def test_other_things_are_no_repositories(name):
    with pytest.raises(InputError, match="owner/name"):
        RepositoryName(name)
