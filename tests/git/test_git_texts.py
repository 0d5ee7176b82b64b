"""Single texts are merged as git merges files."""

import pytest

from relauto.git.runner import GitError
from relauto.git.texts import merge_texts

BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_changes_in_different_places_are_both_taken() -> None:
    ours, theirs = BASE.replace("one", "uno"), BASE.replace("five", "cinque")
    assert merge_texts(ours, BASE, theirs) == "uno\ntwo\nthree\nfour\ncinque\n"


def test_changes_in_the_same_place_are_a_conflict() -> None:
    assert merge_texts(BASE.replace("two", "due"), BASE, BASE.replace("two", "deux")) is None


def test_line_ends_and_letters_are_kept_byte_by_byte() -> None:
    ours = "één\r\n" + BASE
    assert merge_texts(ours, BASE, BASE + "sechs") == "één\r\n" + BASE + "sechs"


def test_what_git_cannot_merge_is_an_error() -> None:
    with pytest.raises(GitError):
        merge_texts("\0one\n", BASE, "\0two\n")
