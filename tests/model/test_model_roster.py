"""Who may answer for what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.errors import DecisionError, FaultsError
from relauto.model.roster import ENTITLED, ROLES, Roster, parse_roster

rosters = st.dictionaries(st.sampled_from(ROLES), st.lists(st.sampled_from("abcd"), max_size=3)).map(
    lambda roles: Roster({role: tuple(logins) for role, logins in roles.items()})
)


@given(rosters, st.sampled_from(sorted(ENTITLED)), st.sampled_from("abcde"))
def test_who_may_is_who_holds(roster, deed, login):
    assert roster.may(login, deed) is (login in roster.holders(deed))
    holds = {role for role, logins in roster.roles.items() if login in logins}
    assert roster.may(login, deed) is bool(holds & set(ENTITLED[deed]))
    assert len(set(roster.holders(deed))) == len(roster.holders(deed))


def test_every_deed_is_of_known_roles():
    assert {role for roles in ENTITLED.values() for role in roles} <= set(ROLES)


def test_a_roster_is_read():
    roster = parse_roster('[roles]\nRM = ["robin"]\nQA = ["quinn", "robin"]\n', "roster.toml")
    assert roster.holders("sign") == ("quinn", "robin")
    assert roster.may("robin", "accept")
    assert not roster.may("quinn", "accept")


def test_all_faults_are_told_together():
    text = 'people = 1\n[roles]\nRMM = ["x"]\nQA = "quinn"\nTAM = [""]\nRM = ["relauto[bot]"]\n'
    with pytest.raises(FaultsError) as caught:
        parse_roster(text, "acme/ops:roster.toml")
    told = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 5
    assert "people: only the tables `roles` and `deeds` are expected" in told
    assert "roles.RMM: there is no such role; did you mean RM?" in told
    assert "roles.QA: a list of logins is expected" in told
    assert "roles.RM: relauto[bot] is a bot, and bots answer for nothing" in told
    assert "roles.TAM: a list of logins is expected" in told
    assert str(caught.value).startswith("acme/ops:roster.toml has 5 faults:")


@pytest.mark.parametrize("text", ["roles = 1", "[roles", "[roles]\nRM = [1]", "\0"])
def test_what_is_no_roster_is_refused(text):
    with pytest.raises(FaultsError):
        parse_roster(text, "roster.toml")


def test_nobody_is_entitled_by_an_empty_roster():
    roster = parse_roster("", "roster.toml")
    assert all(roster.holders(deed) == () for deed in ENTITLED)


def test_somebody_may_do_one_thing_besides():
    roster = parse_roster('[roles]\nRM = ["robin"]\n[deeds]\n"approve prepare.release" = ["dana"]\n', "r")
    assert roster.holders("approve prepare.release") == ("robin", "dana")
    assert not roster.may("dana", "approve prepare.merge")


def test_an_unknown_deed_and_a_bot_are_faults():
    text = '[roles]\nRM = ["robin", "acme-ci[bot]"]\n[deeds]\nwave = ["dana"]\nskip = "dana"\n'
    with pytest.raises(FaultsError) as caught:
        parse_roster(text, "roster.toml")
    assert caught.value.faults == (
        "roles.RM: acme-ci[bot] is a bot, and bots answer for nothing",
        "deeds.wave: there is no such deed; did you mean waive?",
        "deeds.skip: a list of logins is expected",
    )


@pytest.mark.parametrize(
    ("login", "deed", "what", "todo"),
    [
        ("quinn", "waive", "quinn may not waive: they are not on the roster for it", "ask one of: robin"),
        ("acme-ci[bot]", "skip", "acme-ci[bot] may not skip: they are a bot", "ask one of: robin"),
        ("robin", "sign", "robin may not sign: they are not on the roster for it", "ask one of: quinn"),
        (
            "robin",
            "approve no.door",
            "nobody can approve no.door",
            "nobody may: name somebody in roster.toml",
        ),
    ],
)
def test_a_refusal_says_who_may(login, deed, what, todo):
    roster = parse_roster('[roles]\nRM = ["robin"]\nQA = ["quinn"]\n', "r")
    with pytest.raises(DecisionError) as refused:
        roster.require(login, deed)
    assert (refused.value.what, refused.value.todo) == (what, todo)
    roster.require("robin", "waive")
