"""What is asked of an adopter, once: it is remembered beside the files."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from relauto.errors import InputError
from relauto.model.names import Branch
from relauto.model.roster import ROLES
from relauto.settings.options import GitHub, Settings
from relauto.skeleton.workflows import Pin

_GITHUB = GitHub()
_FORMS = {"workflows": "OWNER/NAME@COMMIT"}
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?")


class Answers(msgspec.Struct, frozen=True, omit_defaults=True):
    """Attributes that the files are made from.

    Attributes:
        source: the product's repository, `owner/name`.
        ops: the private one; None until it is told.
        line: the release line that the examples name.
        checks: names of the checks that must be green; empty: as GitHub requires them.
        roles: logins by role; told again, those of a role take the place of the former.
        workflows: where relauto's own workflows are, `owner/name@commit`; None: none are written.
        ci: names of the product's workflows whose end a relay tells of.
        build: the command that a workflow of the product makes a candidate's files by; None: none does.
        api: address of the REST API; `git` that of repositories.
    """

    source: str
    ops: str | None = None
    qa: str | None = None
    line: str | None = None
    checks: tuple[str, ...] = ()
    roles: dict[str, tuple[str, ...]] = {}
    workflows: str | None = None
    ci: tuple[str, ...] = ()
    build: str | None = None
    api: str = _GITHUB.api
    git: str = _GITHUB.git


def gather_answers(
    given: Mapping[str, Any],
    remembered: Answers | None,
    settings: Settings | None,
    needed: tuple[str, ...] = ("source", "ops"),
) -> Answers:
    """Return what is said now, else what was said before, else what settings that are there already say.

    Raises:
        InputError: something `needed` was never said; or the line is no name of a branch, or the workflows
            are at no commit.
    """
    known: dict[str, Any] = {}
    if settings:
        known = {"source": settings.source, "ops": settings.repositories.ops, "qa": settings.repositories.qa}
        known |= {"api": settings.github.api, "git": settings.github.git}
    if remembered:
        known |= msgspec.structs.asdict(remembered)
    roles = {**known.get("roles", {}), **given.get("roles", {})}
    known |= {key: value for key, value in given.items() if value} | {"roles": roles}
    lacking = [f"--{key} {_FORMS.get(key, 'OWNER/NAME')}" for key in needed if not known.get(key)]
    if lacking:
        raise InputError(f"init needs {' and '.join(lacking)}", todo="see relauto --help init")
    answers = Answers(**known)
    if answers.line:
        Branch(answers.line)
    if answers.workflows:
        Pin.parse(answers.workflows)
    return answers


def parse_roles(told: list[str]) -> dict[str, tuple[str, ...]]:
    """Return logins by role, from texts such as `RM=robin`; a role may be told of several times.

    Raises:
        InputError: one of them has another form, or there is no such role.
    """
    roles: dict[str, tuple[str, ...]] = {}
    for each in told:
        role, _, login = each.partition("=")
        if not _LOGIN.fullmatch(login) or role not in ROLES:
            raise InputError(
                f"--role cannot be {each!r}",
                todo=f"write it as RM=LOGIN; the roles are {', '.join(ROLES)}",
            )
        roles[role] = (*roles.get(role, ()), login)
    return roles
