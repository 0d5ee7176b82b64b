"""What the cast can tell without asking anybody."""

import ast
import hashlib

import pytest

from relauto.rehearsal.cast.desk import asked_commands, blocks
from relauto.rehearsal.cast.facts import asked_tag, asset_faults, sums_faults, verdict
from relauto.rehearsal.cast.reviewer import files_with_markers
from relauto.rehearsal.cast.syntax import has_markers, parse_fault
from relauto.rehearsal.cast.tags import is_candidate, tag_prefix, version_order


def comment(login: str, body: str) -> dict[str, object]:
    return {"user": {"login": login}, "body": body}


@pytest.mark.parametrize(
    ("tag", "prefix"),
    [("v1.4.2", "v1.4."), ("release_3_12_1", "release_3_12_"), ("v7", "v"), ("1.5.0-rc2", "1.5.")],
)
def test_the_tags_of_a_line_begin_alike(tag: str, prefix: str) -> None:
    assert tag_prefix(tag) == prefix


def test_versions_are_ordered_candidates_first() -> None:
    tags = ["v1.4.2", "v1.4.3-rc1", "v1.4.3-rc2", "v1.4.3-RC10", "v1.4.3", "v1.4.10"]
    orders = [version_order(tag) for tag in tags]
    assert all(order is not None for order in orders)
    assert orders == sorted(orders, key=lambda order: order or ((), 0, 0))
    assert [is_candidate(tag) for tag in tags] == [False, True, True, True, False, False]
    assert version_order("nightly") is None
    assert not is_candidate("v1.4.3-src1")


def test_the_last_word_of_the_tester_counts_and_only_theirs() -> None:
    said = [
        comment("quinn-qa", "/qa fail v1-rc1 broken"),
        comment("quinn-qa", "looked again\n/qa pass v1-rc1"),
        comment("mallory", "/qa fail v1-rc1 no"),
        comment("quinn-qa", "/qa fail v1-rc10 other"),
    ]
    assert verdict(said, "quinn-qa", "v1-rc1") == "pass"
    assert verdict(said[2:], "quinn-qa", "v1-rc1") == ""


def test_the_title_names_the_tag() -> None:
    assert asked_tag("Verify v1.4.3-rc1 of stockroom") == "v1.4.3-rc1"
    assert asked_tag("Verify --upload-pack=x") == ""
    assert asked_tag("Please verify v1.4.3-rc1") == ""


def test_commands_are_read_from_their_blocks_alone() -> None:
    asked = (
        "/approve a.b 1\n\n```relauto-command\n/approve prepare.merge abc\n/accept def REASON\n```\n"
        "\n```\n/tick x\n```"
    )
    found = asked_commands(
        [comment("relauto-bot", asked), comment("mallory", asked)], "relauto-bot", "robin-rm", 4
    )
    assert [one.key for one in found] == [("/approve", "prepare.merge", "abc"), ("/accept", "def")]
    assert found[0].texts == ("/tick x\n",)


def test_an_answer_settles_what_was_asked_before_it_and_not_what_is_asked_after() -> None:
    asked = comment("relauto-bot", "```relauto-command\n/accept def REASON\n/tick a.b evidence\n```")
    answered = comment("robin-rm", "/accept def it stood there\n\nand no more")
    again = comment("relauto-bot", "```relauto-command\n/accept def REASON\n```")
    keys = [one.key for one in asked_commands([asked, answered], "relauto-bot", "robin-rm", 4)]
    assert keys == [("/tick", "a.b")]
    assert len(asked_commands([asked, answered, again], "relauto-bot", "robin-rm", 4)) == 2
    assert (
        len(asked_commands([asked, comment("mallory", "/accept def x")], "relauto-bot", "robin-rm", 4)) == 2
    )


def test_a_text_is_known_by_its_digest() -> None:
    text = "Dear customer,\n"
    asked = comment(
        "relauto-bot", f"```text\n{text}```\n\n```relauto-command\n/approve escalate.reply 0\n```"
    )
    (found,) = asked_commands([asked], "relauto-bot", "robin-rm", 1)
    assert found.shows(hashlib.sha256(text.encode()).hexdigest())
    assert found.shows(hashlib.sha256(text.strip().encode()).hexdigest())
    assert not found.shows(hashlib.sha256(b"Dear other").hexdigest())


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert blocks("````text\n```relauto-command\n/accept x\n```\n````\n") == [
        ("text", "```relauto-command\n/accept x\n```\n")
    ]


def test_sums_and_files_must_agree_in_both_directions() -> None:
    sums = f"{hashlib.sha256(b'a').hexdigest()}  a.pyz\n".encode()
    assert sums_faults({"a.pyz": b"a", "SHA256SUMS": sums}) == []
    assert sums_faults({"a.pyz": b"b", "SHA256SUMS": sums}) == ["a.pyz is not what SHA256SUMS says"]
    assert sums_faults({"SHA256SUMS": sums}) == ["a.pyz is listed and not there"]
    assert sums_faults({"a.pyz": b"a", "b.pyz": b"b", "SHA256SUMS": sums}) == [
        "b.pyz is not listed in SHA256SUMS"
    ]
    assert sums_faults({"a.pyz": b"a"}) == ["there is no SHA256SUMS"]


def test_the_digest_of_the_api_counts_too() -> None:
    release = {"assets": [{"name": "SHA256SUMS", "state": "uploaded", "digest": None}]}
    assert asset_faults(release, {"SHA256SUMS": b""}) == ["SHA256SUMS is not what the API says: None"]
    assert asset_faults({"assets": []}, {}) == []


def test_markers_are_found_in_added_lines_of_their_file() -> None:
    difference = (
        b"+++ b/a.py\n@@ -1 +1,3 @@\n+<<<<<<< ours\n+=======\n+++ b/b.md\n+Title\n+=======\n-<<<<<<< x\n"
    )
    assert files_with_markers(difference) == ["a.py"]
    assert has_markers(b"<<<<<<< a\n=======\n>>>>>>> b\n")
    assert not has_markers(b"Title\n=======\n")


def test_broken_syntax_is_named() -> None:
    assert parse_fault(ast.parse, b"x = '\\d'\n") == ""
    assert parse_fault(ast.parse, b"x = (\n").startswith("SyntaxError")
    assert parse_fault(ast.parse, b"x = '\xff'\n").startswith("UnicodeDecodeError")
