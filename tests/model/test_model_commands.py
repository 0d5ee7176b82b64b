"""What counts as a command in a comment, and what is only talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.model.commands import Command, Malformed, parse_commands, parse_lines

SHA, DIGEST = "0123456789abcdef0123456789abcdef01234567", "ab" * 32
FORMS = {
    f"/approve prepare.merge {SHA}": Command("approve", "prepare.merge", SHA),
    f"/approve deploy.send {DIGEST}": Command("approve", "deploy.send", DIGEST),
    f"/accept {SHA} it only logs": Command("accept", subject=SHA, text="it only logs"),
    f"/accept {SHA}": Command("accept", subject=SHA),
    "/tick investigate.qa-decision yes: to be sure": Command(
        "tick", "investigate.qa-decision", text="yes: to be sure"
    ),
    "/skip deploy.send they take it themselves": Command(
        "skip", "deploy.send", text="they take it themselves"
    ),
    "/reopen prepare.candidate deleted by mistake": Command(
        "reopen", "prepare.candidate", text="deleted by mistake"
    ),
    f"/accept prepare.pick {DIGEST} it stays": Command("accept", "prepare.pick", DIGEST, "it stays"),
    "/waive prepare.verify:qa 4h at night": Command(
        "waive", subject="prepare.verify:qa", text="at night", end="4h"
    ),
    "/waive qa 2026-03-02T13:00Z at night": Command(
        "waive", subject="qa", text="at night", end="2026-03-02T13:00Z"
    ),
    "/withdraw fix/crash another mends it": Command("withdraw", subject="fix/crash", text="another mends it"),
    "/withdraw #7 another mends it": Command("withdraw", subject="#7", text="another mends it"),
    f"/acknowledge {DIGEST} got it": Command("acknowledge", subject=DIGEST, text="got it"),
    "/qa pass v1.0.1-rc1": Command("qa", "pass", "v1.0.1-rc1"),
    "/pick release-1.0": Command("pick", subject="release-1.0"),
    "/advance": Command("advance"),
    "/status": Command("status"),
    "/qa fail v1.0.1-rc1 it still stops": Command("qa", "fail", "v1.0.1-rc1", "it still stops"),
}
commands = st.sampled_from(sorted(FORMS))
talk = st.lists(st.sampled_from(["", "Looks good.", "I would say /approve", "- [x] done", "#1"]), max_size=4)


@pytest.mark.parametrize("line", FORMS)
def test_the_forms(line):
    assert parse_commands(line) == [FORMS[line]]
    assert parse_commands(f"  {line}  \r\n") == [FORMS[line]]


@given(st.lists(st.tuples(talk, commands), max_size=4), talk)
def test_commands_between_talk_are_found_in_order(parts, end):
    lines = [line for before, command in parts for line in (*before, command)] + end
    assert parse_commands("\n".join(lines)) == [FORMS[command] for _, command in parts]


@given(
    st.lists(commands, min_size=1, max_size=3), st.sampled_from(["> ", ">", ">> ", "- ", "* ", "`", "no: "])
)
def test_a_quoted_command_is_talk(lines, mark):
    assert parse_commands("\n".join(mark + line for line in lines)) == []


@given(
    st.lists(commands, min_size=1, max_size=3), st.sampled_from(["```", "~~~", "````", "```relauto-command"])
)
def test_a_fenced_command_is_talk(lines, fence):
    bar = fence.removesuffix("relauto-command")
    shown = "\n".join([fence, *lines, bar])
    assert parse_commands(shown) == []
    after = f"{shown}\n/qa pass v1"
    assert parse_commands(after) == [Command("qa", "pass", "v1")]


@pytest.mark.parametrize(
    "comment",
    [
        f"````\n```\n/approve prepare.merge {SHA}\n```\n````",
        f"~~~\n```\n~~~\n```\n/approve prepare.merge {SHA}\n```",
        f"```\n~~~\n/approve prepare.merge {SHA}\n```",
        f"```\n``` not an end\n/approve prepare.merge {SHA}\n```",
        f"<!--\n/approve prepare.merge {SHA}\n-->",
        f"<!-- a --> and <!--\n/approve prepare.merge {SHA}",
        f"    /approve prepare.merge {SHA}",
        f"I will not write\u2028/approve prepare.merge {SHA}",
    ],
    ids=["longer bar", "two blocks", "other bar", "bar with words", "html", "open html", "indented", "u2028"],
)
def test_what_is_shown_as_code_or_not_at_all_is_talk(comment):
    assert parse_commands(comment) == []


def test_a_command_after_a_hidden_comment_counts():
    assert parse_commands("<!-- key -->\n/qa pass v1\n<!--\n```\n-->\n/qa pass v2") == [
        Command("qa", "pass", "v1"),
        Command("qa", "pass", "v2"),
    ]


@given(st.text())
def test_any_text_can_be_read(text):
    assert all(isinstance(command, Command) for command in parse_commands(text))


@pytest.mark.parametrize(
    "line",
    [
        "/approve prepare.merge",
        "/approve prepare.merge HEAD",
        "/approve prepare.merge 012345",
        f"/approve {SHA}",
        f"/Approve prepare.merge {SHA}",
        f"/approve prepare.merge {SHA} please",
        f"please /approve prepare.merge {SHA}",
        "/tick investigate.qa-decision",
        "/skip deploy.send",
        "/reopen deploy.send",
        "/acknowledge abc got it",
        "/qa maybe v1",
        "/qa pass",
        "/merge now",
    ],
)
def test_what_is_nearly_a_command_is_talk(line):
    assert parse_commands(line) == []


@pytest.mark.parametrize(
    ("line", "verb", "words"),
    [
        ("/aprove prepare.merge", "approve", ("prepare.merge",)),
        ("/approve", "approve", ()),
        (f"/Approve prepare.merge {SHA}", "approve", ("prepare.merge", SHA)),
        ("/approve prepare.merge 012345", "approve", ("prepare.merge", "012345")),
        ("/skip deploy.send", "skip", ("deploy.send",)),
        ("/wave qa 4h at night", "waive", ("qa", "4h", "at", "night")),
        ("/qa maybe v1", "qa", ("maybe", "v1")),
    ],
)
def test_what_comes_near_a_command_is_told_apart(line, verb, words):
    assert parse_lines(f"Yes:\n{line}\n") == [Malformed(line, verb, words)]


@pytest.mark.parametrize(
    "line", ["/merge now", "/etc/hosts", "/qa/page.md", "/home", "/retest", "please /approve"]
)
def test_what_comes_near_none_is_talk(line):
    assert parse_lines(line) == []


@pytest.mark.parametrize("form", ["> {}", ">> {}", "- {}", "`{}`", "    {}", "```\n{}\n```", "> `{}`"])
def test_a_command_that_is_quoted_alone_is_told_apart(form):
    line = f"/approve prepare.merge {SHA}"
    shielded = Malformed(line, "approve", ("prepare.merge", SHA), shielded=True)
    assert parse_lines(form.format(line)) == [shielded]
    assert parse_lines(f"{form.format(line)}\n\n/skip deploy.send why") == [
        Command("skip", "deploy.send", text="why")
    ]


def test_what_the_desk_asks_is_quoted_without_a_word():
    assert parse_lines(f"> /accept {SHA} REASON\n\nWhat is this commit?") == []


@pytest.mark.parametrize(
    ("line", "placeholder"),
    [
        (f"/accept {SHA} REASON", "REASON"),
        (f"/accept prepare.pick {DIGEST} REASON", "REASON"),
        ("/reopen prepare.pick REASON", "REASON"),
        ("/skip deploy.send they have it, REASON", "REASON"),
        ("/tick gather.packet EVIDENCE", "EVIDENCE"),
        ("/tick investigate.qa-decision yes: REASON", "REASON"),
        ("/waive prepare.verify:qa 4h REASON", "REASON"),
        (f"/acknowledge {DIGEST} WORDS", "WORDS"),
        ("/qa fail v1 WHAT WAS DIFFERENT", "WHAT WAS DIFFERENT"),
    ],
)
def test_a_placeholder_that_is_left_is_no_word_of_anybodys(line, placeholder):
    verb, *words = line[1:].split()
    assert parse_lines(line) == [Malformed(line, verb, tuple(words), unfilled=placeholder)]
    assert parse_commands(line) == []
    (command,) = parse_lines(line.replace(placeholder, "REASONS enough"))
    assert command.text.endswith("REASONS enough")


def test_a_command_in_an_html_comment_is_talk():
    assert parse_lines(f"<!--\n/approve prepare.merge {SHA}\n/aprove\n-->") == []


@given(st.text())
def test_any_text_can_be_read_for_what_comes_near(text):
    assert [each for each in parse_lines(text) if isinstance(each, Command)] == parse_commands(text)
