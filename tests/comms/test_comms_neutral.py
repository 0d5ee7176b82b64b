"""Words of other people do nothing where they are shown, whatever they hold."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.comms import neutral

HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ["@rae-reviewer", "::error::x", "##[group]", "<!-- relauto:qa:sign-off -->", "- [x] done", "\n",
             "\r\n", "](http://evil.example)", "https://evil.example", "www.evil.example", "<img src=x>", "|",
             "`", "``", "\x1b[31m", "\x1b]8;;http://e\x07", "\u202e", "\u2066", "\u200b", "#12", "GH-7",
             "a@b.example", "/approve prepare.release ", "&lt;", "\\", "**", "~~", "$x$", "1. ", "> ", "# ",
             "```", "\u2028"]
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip

READ_RAW = re.compile(r"::|##\[|<!--|<[a-zA-Z/!?]")
LIVE = re.compile(r"@\w|\w://|\bwww\.|#\d|\bGH-\d|mailto:\w", re.IGNORECASE)


def unescape(markdown: str) -> str:
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text.replace(neutral.BREAK, "")


@given(HOSTILE)
def test_prose_neither_pings_nor_links_nor_commands(text: str) -> None:
    shown = neutral.inline(text)
    assert "\n" not in shown
    assert not READ_RAW.search(shown)
    assert not LIVE.search(shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]`*_|~$]", shown), "Markdown of others is escaped"
    assert not re.match(r"[#+=:/-]|\d+[.)](\s|$)|>", shown), "no line of others begins a block or a command"
    assert not set(shown) & set("<>")


@given(HOSTILE)
def test_prose_shows_the_words_as_they_were(text: str) -> None:
    assert unescape(neutral.inline(text)) == neutral.plain(text).replace(neutral.BREAK, "")


@given(HOSTILE)
def test_code_cannot_be_left(text: str) -> None:
    shown = neutral.code(text)
    assert "\n" not in shown
    assert not READ_RAW.search(shown)
    assert not re.search(r"(?<!\\)\|", shown)
    if shown != "-":
        bar = re.match(r"`+", shown)
        assert bar
        runs = [len(run) for run in re.findall("`+", shown)]
        assert runs[0] == runs[-1]
        assert runs.count(runs[0]) == 2, "the delimiter does not occur inside"


@given(HOSTILE)
def test_subjects_are_one_line_without_controls(text: str) -> None:
    shown = neutral.plain(text)
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(HOSTILE)
def test_quotations_stay_quotations(text: str) -> None:
    shown = neutral.quote(text)
    assert all(line.startswith("> ") for line in shown.split("\n"))
    assert not READ_RAW.search(shown)


@given(HOSTILE, HOSTILE)
def test_links_lead_only_where_their_address_says(text: str, tail: str) -> None:
    shown = neutral.link(text, f"https://github.example/{tail}")
    if shown.startswith("["):
        target = shown.rpartition("](")[2]
        assert re.fullmatch(r"https://github\.example/[A-Za-z0-9/:?#=&%+,;@!$~._-]*\)", target)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x/y", "http://", "https://[", "//x", "http://a\nb"]
)
def test_an_address_that_is_none_is_no_link(url: str) -> None:
    assert neutral.link("PR 7", url) == "`PR 7`"


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co")), min_size=1))
def test_a_fence_keeps_a_command_as_it_is(text: str) -> None:
    lines = neutral.fence(text, "sh", 2).split("\n")
    bar = lines[0].strip().removesuffix("sh")
    assert lines[-1] == f"  {bar}"
    assert bar not in text
    assert [line.removeprefix("  ") for line in lines[1:-1]] == text.rstrip("\n").split("\n")


@pytest.mark.parametrize("hidden", ["\u202e", "\x1b[31m", "\x00", "\u200b", "\r"])
def test_a_command_with_unseen_characters_is_refused(hidden: str) -> None:
    with pytest.raises(ValueError, match="not seen"):
        neutral.fence(f"echo {hidden}")


def test_ordinary_prose_is_left_alone() -> None:
    text = "Count the last page too: 10 orders, v1.4.3-rc1 (was 9), 1.4.3 at 100% - done."
    assert neutral.inline(text) == text
