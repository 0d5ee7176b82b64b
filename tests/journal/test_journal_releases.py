"""A version of a line belongs to one incident at a time, whoever asks at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relauto.clock import ManualClock
from relauto.errors import DecisionError, InputError
from relauto.git.address import Address
from relauto.git.errors import PushUnknownError
from relauto.git.runner import Git
from relauto.journal.releases import Releases
from relauto.model.target import Target

LINE = Target("acme/stockroom", "release-1.4")


@pytest.fixture
def people(ops: Path, tmp_path: Path, clock: ManualClock) -> Iterator[list[Releases]]:
    opened = [
        Releases.open(Address(str(ops)), cache=tmp_path / name, clock=clock, actor=name)
        for name in ("a", "b")
    ]
    yield opened
    for releases in opened:
        releases.close()


def test_a_claim_is_seen_by_others_and_stands(people: list[Releases]) -> None:
    mine, theirs = people
    assert mine.read("acme/stockroom", "1.4.3") is None
    record = mine.claim(LINE, "1.4.3", "INC-1")
    assert (record.target, record.incident, record.burned) == (LINE, "INC-1", ())
    assert theirs.read("acme/stockroom", "1.4.3") == record
    assert mine.claim(LINE, "1.4.3", "INC-1") == record
    assert theirs.read_all("acme/stockroom") == [record]
    assert theirs.read_all("acme/other") == []


def test_another_incident_is_told_who_holds_it(people: list[Releases]) -> None:
    mine, theirs = people
    mine.claim(LINE, "1.4.3", "INC-1")
    with pytest.raises(DecisionError, match=r"1\.4\.3 of acme/stockroom is held by INC-1"):
        theirs.claim(LINE, "1.4.3", "INC-2")
    with pytest.raises(DecisionError, match="INC-1"):
        theirs.burn("acme/stockroom", "1.4.3", [1], "INC-2")
    with pytest.raises(DecisionError, match=r"release-1\.4"):
        mine.claim(Target("acme/stockroom", "release-1.5"), "1.4.3", "INC-1")


def test_burned_numbers_are_kept(people: list[Releases]) -> None:
    mine, theirs = people
    with pytest.raises(InputError, match="nobody has claimed"):
        mine.burn("acme/stockroom", "1.4.3", [1], "INC-1")
    mine.claim(LINE, "1.4.3", "INC-1")
    theirs.burn("acme/stockroom", "1.4.3", [2], "INC-1")
    mine.burn("acme/stockroom", "1.4.3", [1], "INC-1")
    record = theirs.burn("acme/stockroom", "1.4.3", [2], "INC-1")
    assert record.burned == (1, 2)


def test_of_two_claims_at_once_one_wins(people: list[Releases], monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = people
    push = mine._mirror.push

    def late(updates: Any) -> None:
        theirs.claim(LINE, "1.4.3", "INC-2")
        push(updates)

    monkeypatch.setattr(mine._mirror, "push", late)
    with pytest.raises(DecisionError, match="held by INC-2"):
        mine.claim(LINE, "1.4.3", "INC-1")


def test_a_claim_whose_answer_was_lost_counts_once(
    people: list[Releases], monkeypatch: pytest.MonkeyPatch, ops: Path
) -> None:
    mine, _ = people
    push = mine._mirror.push

    def breaking(updates: Any) -> None:
        push(updates)
        raise PushUnknownError("the connection broke")

    monkeypatch.setattr(mine._mirror, "push", breaking)
    assert mine.claim(LINE, "1.4.3", "INC-1").incident == "INC-1"
    assert Git(ops).read("rev-list", "--count", "refs/heads/releases/acme/stockroom/1.4.3") == "1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"format":9}', "newer"),
        (b'{"format":0}', "no longer"),
        (b"{}", "no record"),
        (b"[]", "no record"),
        (b"x", "no record"),
        (b'{"format":1}', "no record"),
    ],
)
def test_other_records_are_refused(people: list[Releases], ops: Path, content: bytes, words: str) -> None:
    ref = "refs/heads/releases/acme/stockroom/1.4.3"
    stream = f"commit {ref}\ncommitter S <s@example.com> 1772420400 +0000\ndata 1\nx\n".encode()
    stream += b"M 100644 inline record.json\ndata %d\n" % len(content) + content + b"\n"
    Git(ops).run("fast-import", "--quiet", input=stream)
    with pytest.raises(InputError, match=words):
        people[0].read("acme/stockroom", "1.4.3")
