import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.git.commit import CommitObject, Signature, parse_date, parse_signature
from relauto.git.message import append_origin, find_origins, find_pull, find_reverted
from relauto.model.names import Commit

A, B = Commit("a" * 40), Commit("b" * 40)

# Lines from which messages are made that come near every rule of trailers.
LINES = st.sampled_from(
    [
        "Fix the crash",
        "",
        "  indented",
        "Signed-off-by: Ada <ada@example.com>",
        "Co-authored-by: Otto <otto@example.com>",
        "Change-Id: I123",
        "Note : spaced",
        "see https://example.com",
        "# a comment",
        f"(cherry picked from commit {B})",
        "(cherry picked from commit deadbeef)",
        f"> (cherry picked from commit {B})",
    ]
)
MESSAGES = st.lists(LINES, min_size=1, max_size=8).map("\n".join).filter(str.strip)


@given(MESSAGES)
def test_an_appended_origin_is_the_last_one_found(message):
    below_subject = append_origin("Subject\n\n" + message, A)
    assert find_origins(below_subject)[-1] == A


@given(MESSAGES)
def test_appending_keeps_every_line_in_order(message):
    kept = append_origin(message, A).rstrip("\n").split("\n")
    assert kept[-1] == f"(cherry picked from commit {A})"
    assert [line for line in kept[:-1] if line] == [line for line in message.split("\n") if line]


@given(MESSAGES)
def test_the_subject_stays_a_paragraph_of_its_own(message):
    paragraphs = append_origin(message.lstrip("\n"), A).split("\n\n")
    assert f"(cherry picked from commit {A})" not in paragraphs[0]


@pytest.mark.parametrize(
    "message",
    [
        "Title only",
        "Title: that looks like a trailer",
        "Title\nsecond line of it",
        "Title\n\nA body.",
        "Title\n\nA body.\n\nSigned-off-by: Ada <a@x>",
        "Title\n\nA body.\n\nCo-authored-by: Ada <a@x>\nReviewed-by: Otto <o@x>",
        "Title\n\nSigned-off-by: Ada <a@x>\nand words\nand more\nand more",
        "Title\n\nSigned-off-by: Ada <a@x>\nand words\nand more\nand more\nand more",
        "Title\n\nChange-Id: I1\nand words",
        "Title\n\nChange-Id: I1\n  that goes on",
        "Title\n\n  starts indented\nChange-Id: I1",
        "Title\n\nand words\n  that go on\nSigned-off-by: Ada <a@x>",
        f"Title\n\n(cherry picked from commit {B})",
        f"Title\n\nA body.\n(cherry picked from commit {B})",
        "Title\n\nhttps://example.com/x",
        "Title\n\nFixes: #12\n \nCloses: #13",
        "Title\n\n# comment\nFixes: #12",
        "\nTitle  \n\n\n\nA body. \t\n\n\nFixes: #12 ",
        "\nFixes: #12",
        "Title\n\nFixes: #12\n\n",
        "Title\n\nFixes: #12\n \t\n",
        "Title\r\n\r\nFixes: #12\r\n\r\n",
        "Title\n\nFixes: #12\n\n# Conflicts:\n#\ta.txt\n",
        "Title\n\nFixes: #12\n\n# Conflicts:\n#\ta.txt\n\n",
        "Title\n\nFixes: #12\n\nConflicts:\n\ta.txt\n\n\tb.txt\n",
        "Title\n\nFixes: #12\n\nConflicts:\n\ta.txt\nFixed by hand.\n",
        "Title\n\nA body.\n\n# Conflicts:\n#\ta.txt\n",
        "Title\n\n# Conflicts:\n#\ta.txt\n",
    ],
)
def test_the_line_stands_where_git_puts_it(clone, message):
    clone.commit("First", {"a": "a\n"})
    onto = clone.head
    fix = clone.commit(message, {"b": "b\n"})
    _, expected = clone.pick_for_real(fix, onto)
    stored = CommitObject.parse(clone.git.run("cat-file", "commit", fix)).message
    assert append_origin(stored, fix).rstrip("\n") == expected


def test_only_a_full_id_on_its_own_line_is_an_origin():
    message = f"Title (cherry picked from commit {A})\n\n> (cherry picked from commit {A})\n"
    message += f"  (cherry picked from commit {A})\n* (cherry picked from commit {A})\n"
    message += "(cherry picked from commit abc1234)\n"
    assert find_origins(message) == ()
    assert find_origins(message + f"(cherry picked from commit {B})\r\n") == (B,)


def test_a_pick_of_a_pick_has_two_origins():
    assert find_origins(append_origin(append_origin("Fix", A), B)) == (A, B)


def test_a_revert_has_no_origin():
    message = f'Revert "Fix"\n\nThis reverts commit {A}.\n\n(cherry picked from commit {B})\n'
    assert (find_origins(message), find_reverted(message)) == ((), (A,))


@pytest.mark.parametrize(
    ("subject", "pull"),
    [
        ("Fix (#12)", 12),
        ("[5.35] Fix (#12) (#13)", 13),
        ("Merge pull request #7 from ada/topic", 7),
        ("Fix #12", None),
        ("Fix (#12) again", None),
    ],
)
def test_a_pull_request_is_read_from_the_subject(subject, pull):
    assert find_pull(subject) == pull


@given(st.datetimes(min_value=parse_date("0 +0000").replace(tzinfo=None)), st.integers(-14 * 60, 14 * 60))
def test_a_signature_survives_writing_and_reading(moment, minutes):
    from datetime import timedelta, timezone

    zone = timezone(timedelta(minutes=minutes))
    at = moment.replace(microsecond=0, tzinfo=zone)
    if at.timestamp() < 0 or at.year > 9990:
        return
    again = parse_signature(Signature("Zoë de Vries", "zoe@example.com", at).line)
    assert (again.name, again.email, again.at) == ("Zoë de Vries", "zoe@example.com", at)
    assert again.at.utcoffset() == at.utcoffset()


@given(st.binary(max_size=80).filter(lambda text: b"\0" not in text))
def test_a_commit_survives_reading_and_writing(message):
    data = f"tree {A}\nparent {B}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 2 -0000\n\n".encode() + message
    assert CommitObject.parse(data).serialize() == data


@pytest.mark.parametrize("date", ["", "99999999999999999999 +0000", "12 +9999", "word"])
def test_a_date_outside_every_calendar_is_the_epoch(date):
    assert parse_date(date).timestamp() == 0
