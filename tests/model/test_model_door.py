"""A door opens for enough different people's yes to exactly what is shown, while it is fresh."""

from datetime import UTC, datetime, timedelta

import pytest

from relauto.model.door import Approval, Door, judge_door
from relauto.model.words import Person

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COMMIT, OTHER = "a" * 40, "b" * 40
ROBIN, SASHA, QUINN, BOT = map(Person, ("robin-rm", "sasha-rm", "quinn-qa", "relauto-bot"))


def said(actor, hours=0.0, subject=COMMIT):
    return Approval(subject, actor, "", NOW - timedelta(hours=hours))


def door(*approvals, people=2, hours=24.0):
    return Door(COMMIT, {"tag": "v1"}, approvals, people, hours, (ROBIN, SASHA), BOT)


@pytest.mark.parametrize(
    ("approvals", "signer", "given", "lacking", "whom"),
    [
        ((), None, (), 2, (ROBIN, SASHA)),
        ((said(ROBIN),), None, (ROBIN,), 1, (SASHA,)),
        ((said(ROBIN), said(ROBIN)), None, (ROBIN,), 1, (SASHA,)),
        ((said(ROBIN), said(SASHA)), None, (ROBIN, SASHA), 0, ()),
        ((said(ROBIN),), QUINN, (QUINN, ROBIN), 0, (SASHA,)),
        ((said(ROBIN),), ROBIN, (ROBIN,), 1, (SASHA,)),
        ((said(ROBIN), said(BOT)), None, (ROBIN,), 1, (SASHA,)),
        ((said(ROBIN), said(SASHA, subject=OTHER)), None, (ROBIN,), 1, (SASHA,)),
        ((said(ROBIN), said(Person(erased=True))), None, (ROBIN,), 1, (SASHA,)),
    ],
    ids=["nobody", "one", "one twice", "two", "tester", "tester too", "asker", "of something else", "erased"],
)
def test_two_different_people_open_a_door(approvals, signer, given, lacking, whom):
    standing = judge_door(door(*approvals), NOW, signer)
    assert (standing.given, standing.lacking, standing.whom) == (given, lacking, whom)
    assert standing.is_open == (lacking == 0)


def test_a_tester_alone_opens_no_door_that_one_person_opens():
    standing = judge_door(door(people=1), NOW, QUINN)
    assert (standing.given, standing.lacking) == ((), 1)


def test_where_one_is_enough_they_may_have_asked_themselves():
    assert judge_door(door(said(BOT), people=1), NOW).is_open


def test_an_approval_grows_old_and_its_author_is_asked_anew():
    shut = judge_door(door(said(ROBIN, 24.01), people=1), NOW)
    assert (shut.given, shut.expired, shut.lacking, shut.whom) == ((), (ROBIN,), 1, (ROBIN, SASHA))
    assert judge_door(door(said(ROBIN, 24), people=1), NOW).is_open
    again = judge_door(door(said(ROBIN, 30), said(ROBIN, 1), people=1), NOW)
    assert (again.given, again.expired) == ((ROBIN,), ())


def test_without_an_age_no_approval_grows_old():
    assert judge_door(door(said(ROBIN, 9999), people=1, hours=0), NOW).is_open
