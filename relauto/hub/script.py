"""What is to fail, and when: rules that every channel asks before it answers a request.

The rules lie in the hub's store, so that the owner of its directory writes them while another process
serves. This module knows no channel: whoever serves one names each request to `meet`, and carries out in
its own way what comes back (`relauto.hub.failing` does so for HTTP, the API's and git's).
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, cast, get_args

import msgspec
from msgspec.structs import replace

from relauto.errors import InputError
from relauto.hub.records import Record
from relauto.hub.store import Store, Transaction

Fault = Literal[
    "500-before",
    "500-after",
    "502-before",
    "502-after",
    "503-before",
    "503-after",
    "reset-before",
    "reset-after",
    "hang-before",
    "hang-after",
    "limit-403-told",
    "limit-403",
    "limit-429-told",
    "limit-429",
    "limit-spent",
    "limit-graphql",
    "401",
    "stale",
    "truncated",
    "cut",
    "shape",
    "starter",
]
"""What happens to a request: `before` it had its effect, or `after` that and before anybody was told.

`reset`: the connection is closed; `hang`: no answer for as long as the other side waits; `limit-…`: refused
by a rate limit, the secondary one with its text, `told` with Retry-After, `spent` with nothing remaining,
`graphql` in a 200; `401`: the token is not taken; `stale`: answered from before the last write;
`truncated`: half of the answer, then closed; `cut`: half of the answer, as if it were whole;
`shape`: JSON of another shape; `starter`: an upload that breaks off.
"""

_MAIN = "script"
OUTAGE = "outage"
_NAMES = (OUTAGE, _MAIN)

FAULTS: tuple[Fault, ...] = get_args(Fault)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a script.

    Attributes:
        fault: what happens.
        channel: where, such as `http`.
        request: to which requests, a regular expression searched in their names (`POST /path?query`).
        first: from which of them on, counted from 1.
        times: to how many of them; None: to all from then on.
        met: how many there have been.
        fired: to how many it has happened.
    """

    fault: Fault
    channel: str = "http"
    request: str = ""
    first: int = 1
    times: int | None = 1
    met: int = 0
    fired: int = 0

    @property
    def is_due(self) -> bool:
        """Whether the request that was met last is one of those that fail."""
        return self.met >= self.first and (self.times is None or self.met < self.first + self.times)


class Script(Record, frozen=True, kw_only=True):
    """Rules that were given together."""

    rules: tuple[Rule, ...]


def write_script(store: Store, rules: Sequence[Rule], *, name: str = _MAIN) -> None:
    """Let these be the rules of the script `name`, instead of those it had; none end it.

    Raises:
        InputError: there is no such fault, or a request is no regular expression.
    """
    for rule in rules:
        _check(rule)
    with store.transaction() as tx:
        tx.put("", name, Script(id=_NAMES.index(name), rules=tuple(rules)))


def parse_rule(text: str) -> Rule:
    """Return the rule that a line says, such as `502-after POST .*/pulls$`, or `401@3` for the third request.

    Raises:
        InputError: there is no such fault, the number is none, or the request is no regular expression.
    """
    what, _, request = text.partition(" ")
    fault, at, first = what.partition("@")
    if at and not (first.isascii() and first.isdigit() and int(first)):
        raise InputError(f"{text!r} says of no request which it is", todo="count from 1, as in 401@3")
    rule = Rule(fault=cast(Fault, fault), request=request, first=int(first or 1))
    _check(rule)
    return rule


def switch_script(root: Path, lines: Sequence[str]) -> tuple[Rule, ...]:
    """Let these lines be what fails of the hub whose directory is `root`, served or not; return the rules.

    Raises:
        InputError: a line is no rule, or there is no hub in that directory.
    """
    rules = tuple(parse_rule(line) for line in lines)
    with Store.found_in(root) as store:
        write_script(store, rules)
    return rules


def read_script(store: Store, *, name: str = _MAIN) -> tuple[Rule, ...]:
    """Return the rules of a script with what has come of them."""
    with store.transaction() as tx:
        return _read(tx, name)


def meet(store: Store, channel: str, request: str) -> Fault | None:
    """Count a request, and return what is to happen to it; of several rules the first that is due counts."""
    with store.transaction() as tx:
        faults = [_count(tx, name, channel, request) for name in _NAMES]
    return next((fault for fault in faults if fault), None)


def _read(tx: Transaction, name: str) -> tuple[Rule, ...]:
    found = tx.get(Script, "", name)
    return found.rules if found else ()


def _count(tx: Transaction, name: str, channel: str, request: str) -> Fault | None:
    rules = _read(tx, name)
    met = [_hear(rule, channel, request) for rule in rules]
    due = [at for at, rule in enumerate(met) if rule != rules[at] and rule.is_due]
    for at in due[:1]:
        met[at] = replace(met[at], fired=met[at].fired + 1)
    if tuple(met) != rules:
        tx.put("", name, Script(id=_NAMES.index(name), rules=tuple(met)))
    return met[due[0]].fault if due else None


def _hear(rule: Rule, channel: str, request: str) -> Rule:
    meant = rule.channel == channel and re.search(rule.request, request)
    return replace(rule, met=rule.met + 1) if meant else rule


def _check(rule: Rule) -> None:
    if rule.fault not in FAULTS:
        raise InputError(f"there is no fault {rule.fault!r}", todo=f"there are: {', '.join(FAULTS)}")
    try:
        re.compile(rule.request)
    except re.error as error:
        raise InputError(
            f"{rule.request!r} is no regular expression: {error}", todo="write it like 'POST .*/pulls'"
        ) from error
