"""The files that an adopter begins with, made from their answers and read back before anybody gets them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from relauto.comms.rendering import Markdown, shipped
from relauto.guard.customers import FILE as CUSTOMERS
from relauto.guard.customers import parse_customers
from relauto.journal.branches import SCOPES
from relauto.model.playbook import load_playbook
from relauto.model.roster import ENTITLED, ROLES, parse_roster
from relauto.model.roster import FILE as ROSTER
from relauto.settings.file import FILE as SETTINGS
from relauto.settings.file import parse_settings
from relauto.settings.options import GitHub
from relauto.skeleton.answers import Answers
from relauto.skeleton.options import list_lines, write_comment, write_value
from relauto.skeleton.workflows import FOLDER, Pin, parse_workflow, tell_workflows

README = "README.md"


@dataclass(frozen=True)
class Draft:
    """A file to be written: its path, from which template of `init/`, and what reads it in earnest.

    `parse` takes the text and a name for messages, and raises FaultsError; None where only people read it.
    """

    path: str
    parse: Callable[[str, str], Any] | None = None

    @property
    def template(self) -> str:
        """The name of its template: for a workflow, its own without what makes it relauto's in a crowd."""
        return f"init/{self.path.removeprefix(f'{FOLDER}relauto-')}"


Part = Literal["ops", "source", "qa"]
"""Whose files they are: those of operations, or the relay of another repository."""

_FILES = (
    Draft(SETTINGS, parse_settings),
    Draft(ROSTER, parse_roster),
    Draft(CUSTOMERS, parse_customers),
    Draft(README),
)
_WORKFLOWS: dict[Part, tuple[str, ...]] = {
    "ops": ("hotfix", "door", "events", "clock"),
    "source": ("relay", "notice"),
    "qa": ("relay",),
}


def list_drafts(answers: Answers, part: Part = "ops") -> tuple[Draft, ...]:
    """Return every file of a part, in the order in which people hear of them.

    Workflows are among them once it is said which of relauto's they call.
    """
    names = _WORKFLOWS[part] if answers.workflows else ()
    if names and part == "source" and answers.build:
        names = (*names, "candidate")
    workflows = [Draft(f"{FOLDER}relauto-{name}.yml", parse_workflow) for name in names]
    return (*(_FILES if part == "ops" else ()), *workflows)


def draft_files(answers: Answers, part: Part = "ops") -> dict[str, str]:
    """Return the text of every file by its path.

    Raises:
        FaultsError: an answer makes a file that could not be read.
    """
    renderer, values = shipped(), _list_values(answers, part)
    drafted = {}
    for draft in list_drafts(answers, part):
        drafted[draft.path] = renderer.render(draft.template, **values)
        check(draft, drafted[draft.path])
    return drafted


def _list_values(answers: Answers, part: Part) -> dict[str, Any]:
    values = {
        "answers": answers,
        "line": Markdown(answers.line or "LINE"),
        "options": Markdown("\n".join(list_lines(_list_given(answers)))),
        "roles": list(_list_roles(answers)),
        "scopes": SCOPES,
        "build": Markdown(json.dumps(answers.build)),
    }
    if answers.workflows:
        named = {"source": answers.source, "ops": answers.ops, "qa": answers.qa}
        values |= tell_workflows(Pin.parse(answers.workflows), part, named, answers.ci or ("CI",))
    return values


def check(draft: Draft, text: str) -> None:
    """Read a file as it will be read in earnest.

    Raises:
        FaultsError: it cannot be.
    """
    if draft.parse:
        draft.parse(text, draft.path)


def _list_given(answers: Answers) -> dict[str, Any]:
    told = {
        "repositories.source": answers.source,
        "repositories.ops": answers.ops,
        "repositories.qa": answers.qa,
        "checks.required": answers.checks or None,
    }
    usual = GitHub()
    told["github.api"] = None if answers.api == usual.api else answers.api
    told["github.git"] = None if answers.git == usual.git else answers.git
    return told


def _list_roles(answers: Answers) -> Iterator[Markdown]:
    names = load_playbook()[0].roles
    for role in ROLES:
        deeds = [deed for deed, entitled in ENTITLED.items() if role in entitled]
        told = f"{role}, {names[role]}" + (f". May: {', '.join(deeds)}" if deeds else "")
        logins = answers.roles.get(role, ())
        line = f"{role} = {write_value(logins)}" if logins else f'# {role} = ["login"]'
        yield Markdown("\n".join([*write_comment(told), line]))
