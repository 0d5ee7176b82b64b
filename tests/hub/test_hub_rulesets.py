"""Rulesets by pattern: made by an administrator, told for branches to come, and kept to by pushes."""

import pytest

from tests.hub.conftest import auth

LASTING = {
    "name": "journal",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["refs/heads/kept/**/*"], "exclude": ["refs/heads/kept/not"]}},
    "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}],
}


def kinds(world, branch):
    return [rule["type"] for rule in world.get(f"/rules/branches/{branch}")]


def test_a_ruleset_is_told_for_every_branch_that_it_covers(world):
    made = world.send("POST", "/rulesets", LASTING, by="robin", status=201)
    assert (made["conditions"], made["rules"]) == (LASTING["conditions"], LASTING["rules"])
    assert world.get(f"/rulesets/{made['id']}") == made
    [listed] = world.get("/rulesets")
    assert listed == {key: value for key, value in made.items() if key not in ("conditions", "rules")}
    told = {
        branch: kinds(world, branch) for branch in ("kept/a", "kept/a/b/c", "kept", "keptx/a", "kept/not")
    }
    both = ["deletion", "non_fast_forward"]
    assert told == {"kept/a": both, "kept/a/b/c": both, "kept": [], "keptx/a": [], "kept/not": []}


@pytest.mark.parametrize("pattern", ["refs/heads/kept/**", "refs/heads/kept/*", "refs/heads/ke?t/*", "~ALL"])
def test_a_star_stands_for_no_slash(world, pattern):
    asked = LASTING | {"conditions": {"ref_name": {"include": [pattern], "exclude": []}}}
    world.send("POST", "/rulesets", asked, by="robin", status=201)
    assert (bool(kinds(world, "kept/a")), bool(kinds(world, "kept/a/b"))) == (True, pattern == "~ALL")


def test_what_is_switched_off_asks_for_nothing(world):
    world.send("POST", "/rulesets", LASTING | {"enforcement": "disabled"}, by="robin", status=201)
    assert kinds(world, "kept/a") == []


def test_only_an_administrator_makes_one_and_each_has_a_name_of_its_own(world):
    world.send("POST", "/rulesets", LASTING, by="bot", status=403)
    world.send("POST", "/rulesets", LASTING, by="robin", status=201)
    world.send("POST", "/rulesets", LASTING, by="robin", status=422)
    unknown = LASTING | {"name": "other", "rules": [{"type": "creation"}]}
    world.send("POST", "/rulesets", unknown, by="robin", status=422)


@pytest.mark.parametrize(
    ("rules", "deleted", "forced"),
    [(["deletion"], False, True), (["non_fast_forward"], True, False), ([], True, True)],
)
def test_pushes_keep_to_the_rules(world, rules, deleted, forced):
    asked = LASTING | {"rules": [{"type": each} for each in rules]}
    world.send("POST", "/rulesets", asked, by="robin", status=201)
    url, first = f"{world.hub.address}/acme/stockroom.git", world.commit("b.txt", "b\n")
    world.commit("c.txt", "c\n")
    for branch in ("kept/pushed", "kept/sent"):
        world.clone.run("push", url, f"HEAD:refs/heads/{branch}", environment=auth("bot"))
    again = world.clone.ask("push", "-f", url, f"{first}:refs/heads/kept/pushed", environment=auth("bot"))
    gone = world.clone.ask("push", url, ":refs/heads/kept/pushed", environment=auth("bot"))
    assert (again.status == 0, gone.status == 0) == (forced, deleted)
    assert ("GH013" in again.error, "GH013" in gone.error) == (not forced, not deleted)
    moved = {"sha": first, "force": True}
    world.send("PATCH", "/git/refs/heads/kept/sent", moved, status=200 if forced else 422)
    world.send("DELETE", "/git/refs/heads/kept/sent", status=204 if deleted else 422)
