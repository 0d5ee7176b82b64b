"""Rulesets of a repository, for branches."""

from typing import Literal

import msgspec
from flask import Blueprint, Response

from relauto.hub.http import answer, answer_page, enter, read_body
from relauto.hub.place import invalid
from relauto.hub.records import Ruleset
from relauto.hub.rulesets import KINDS
from relauto.hub.views.rules import show_ruleset, summarize_ruleset

routes = Blueprint("rulesets", __name__, url_prefix="/api/v3/repos/<owner>/<name>")


class _Names(msgspec.Struct):
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class _Conditions(msgspec.Struct):
    ref_name: _Names = msgspec.field(default_factory=_Names)


class _Rule(msgspec.Struct):
    type: str


class _NewRuleset(msgspec.Struct):
    name: str
    enforcement: Literal["active", "disabled", "evaluate"]
    target: Literal["branch"] = "branch"
    conditions: _Conditions = msgspec.field(default_factory=_Conditions)
    rules: tuple[_Rule, ...] = ()


@routes.get("/rulesets")
def list_rulesets(owner: str, name: str) -> Response:
    """GET rulesets: without their conditions and rules."""
    place = enter(owner, name)
    return answer_page(place.all(Ruleset), lambda each: summarize_ruleset(place, each))


@routes.get("/rulesets/<int:number>")
def read_ruleset(owner: str, name: str, number: int) -> Response:
    """GET rulesets/{ruleset_id}."""
    place = enter(owner, name)
    return answer(show_ruleset(place, place.find(Ruleset, number)))


@routes.post("/rulesets")
def create_ruleset(owner: str, name: str) -> Response:
    """POST rulesets."""
    place = enter(owner, name, "admin")
    asked = read_body(_NewRuleset)
    if any(each.name == asked.name for each in place.all(Ruleset)):
        raise invalid("Ruleset", "name", "custom", "Name must be unique")
    for rule in asked.rules:
        if rule.type not in KINDS:
            raise invalid("Ruleset", "rules", "custom", f"Invalid rule '{rule.type}': the hub has none such")
    ruleset = Ruleset(
        id=place.new_id(),
        name=asked.name,
        enforcement=asked.enforcement,
        include=asked.conditions.ref_name.include,
        exclude=asked.conditions.ref_name.exclude,
        rules=tuple(rule.type for rule in asked.rules),
        created_at=place.call.now,
    )
    place.put(ruleset.id, ruleset)
    return answer(show_ruleset(place, ruleset), 201)
