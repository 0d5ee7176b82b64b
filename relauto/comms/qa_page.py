"""QA's pages: what to verify and why, on exactly which build, and how the result is told.

The candidate's page is the one that gates a release; its items are read back by `read_items`. The
others are shorter: the fix's pull request, the pick on the line, the customer's staging and
production.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from relauto.comms.proofs import SUMS, Artifact, Pick, PullRequest
from relauto.comms.qa_items import CHECKS, MACHINE, QaItem, format_item, format_outcome
from relauto.comms.rendering import Markdown, Renderer, shipped
from relauto.errors import InputError
from relauto.model.override import Override
from relauto.model.qa import Audience, Outcome, QaInstruction, QaStep


@dataclass(frozen=True)
class Carried:
    """What still stands of what QA ticked on an earlier candidate.

    Attributes:
        tag: that candidate's.
        items: who ticked it there, by the item's id; "" where it is not known.
        evidence: the address of what showed it there, by the item's id.
        changed: the paths that have changed since.
    """

    tag: str
    items: Mapping[str, str]
    changed: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QaFacts:
    """What a page is made of.

    `old_tag` is the release that the line was on, `tag` the build to verify (a candidate, a release,
    or "" for a pull request's build), `commit` its full id. `artifacts` are the files of the build,
    `old_artifacts` those of the old one. `changed_paths` are the paths in which the line's pick
    differs from the fix, by the reason; `overrides` is what people decided otherwise.

    `environments` are the names of servers to verify on, by what stands for them in ids. `green` says that
    CI has passed, `carried` what is ticked already, `earlier` the candidates before this one, each with the
    address of QA's issue about it.
    """

    incident: str
    product: str
    repository: str
    repository_url: str
    line: str
    instruction: QaInstruction
    old_tag: str
    tag: str
    commit: str
    version: str
    artifacts: tuple[Artifact, ...] = ()
    old_artifacts: tuple[Artifact, ...] = ()
    fixes: tuple[PullRequest, ...] = ()
    picks: tuple[Pick, ...] = ()
    changed_paths: tuple[tuple[str, str], ...] = ()
    overrides: tuple[Override, ...] = ()
    environments: Mapping[str, str] = field(default_factory=dict)
    green: bool = False
    carried: Carried | None = None
    earlier: tuple[tuple[str, str], ...] = ()


def render_qa(kind: Audience, facts: QaFacts, renderer: Renderer | None = None) -> str:
    """Return the page of a kind.

    Raises:
        InputError: the instruction needs a build's files and there are none, or a command or an
            expected output cannot be shown as it is.
    """
    _check_runnable(kind, facts)
    values = {"facts": facts, "instruction": facts.instruction, "environment": facts.instruction.environment}
    if kind == "candidate":
        values |= _candidate_items(facts)
    else:
        values |= _plain_items(facts)
    return (renderer or shipped()).render(f"qa/{kind}.md", **values)


def render_open(tag: str, tester: str, lacks: Sequence[str], renderer: Renderer | None = None) -> str:
    """Return the comment that asks for what is open on a page which was signed."""
    return (renderer or shipped()).render("qa/open.md", tag=tag, tester=tester, lacks=lacks)


def render_closed(tag: str, next_tag: str, url: str, renderer: Renderer | None = None) -> str:
    """Return an issue's last word: `next_tag` is verified instead, at `url`; "" where nothing is."""
    return (renderer or shipped()).render("qa/closed.md", tag=tag, next_tag=next_tag, url=url)


def _check_runnable(kind: Audience, facts: QaFacts) -> None:
    steps = (*facts.instruction.steps, *facts.instruction.regression)
    needy = [step.id for step in steps if "{build}" in step.run]
    if kind == "candidate" and needy and not (facts.artifacts and facts.old_artifacts):
        which = facts.tag if not facts.artifacts else facts.old_tag
        raise InputError(
            f"the QA steps {', '.join(needy)} need the files of {which}, which has none",
            todo="publish them, or write an instruction that works on the source",
        )


def _candidate_items(facts: QaFacts) -> dict[str, object]:
    instruction = facts.instruction
    steps = (*instruction.steps, *instruction.regression)
    carried = facts.carried.items if facts.carried else {}

    def show(item: QaItem) -> Markdown:
        return format_item(item, ticked=item.id in carried)

    def show_each(part: str, steps: Sequence[QaStep]) -> list[tuple[str, list[Markdown]]]:
        """Return a part's items by the name of the environment."""
        places = facts.environments or {"": ""}
        return [
            (name, [show(_make_item(part, step, facts, place)) for step in steps])
            for place, name in places.items()
        ]

    return {
        "machine_items": [format_item(item, ticked=ticked) for item, ticked in _machine_items(facts)],
        "build_items": [show(item) for item in _build_items(facts)],
        "old_items": [show(_make_item("old", step, facts)) for step in instruction.steps if step.before],
        "new_items": show_each("new", instruction.steps),
        "regression_items": show_each("regression", instruction.regression) if instruction.regression else [],
        "evidence_items": [
            show(QaItem(f"evidence.{number}", f"Attach {wanted}", evidence=True))
            for number, wanted in enumerate(instruction.evidence, 1)
        ],
        "is_shown": bool(instruction.evidence) or any(step.evidence for step in steps),
        "sign_off": show(QaItem("sign-off", f"I verified {facts.tag} at {facts.commit}.")),
    }


def _machine_items(facts: QaFacts) -> Iterator[tuple[QaItem, bool]]:
    """Yield what relauto and CI check, and whether it holds: without the first two no page is made."""
    grown = f"{facts.repository_url}/compare/{facts.old_tag}...{facts.commit}"
    checked = f"{facts.repository_url}/commit/{facts.commit}/checks"
    yield QaItem(f"{MACHINE}contained", "The candidate holds every commit of the fix", proof=grown), True
    yield QaItem(f"{MACHINE}scope", "It holds nothing else but what people decided below", proof=grown), True
    yield QaItem(CHECKS, "CI is green at its commit", proof=checked), facts.green


def _make_item(part: str, step: QaStep, facts: QaFacts, environment: str = "") -> QaItem:
    old = part == "old"
    expect = step.before if old else step.expect
    where = {"old": "On the old build", "new": "On the candidate", "regression": "Still works"}[part]
    on = f", on {facts.environments[environment]}" if environment else ""
    tag = facts.old_tag if old else facts.tag
    command = fill_command(step.run, "old" if old else "candidate", tag, facts)
    id_ = ".".join(filter(None, (part, step.id, environment)))
    return QaItem(id_, f"{where}{on}: {step.do}", command, expect, step.evidence)


def fill_command(command: str, build: str, tag: str, facts: QaFacts) -> str:
    """Return a step's command with its placeholders filled, as a shell is to get it.

    `{build}` is a folder's name, `{tag}` the tag of the build that the step is run on, `{old}` and
    `{candidate}` the two tags.
    """
    words = {"{build}": build, "{tag}": tag, "{old}": facts.old_tag, "{candidate}": facts.tag}
    for placeholder, word in words.items():
        command = command.replace(placeholder, shlex.quote(word))
    return command


def _build_items(facts: QaFacts) -> Iterator[QaItem]:
    ref = shlex.quote(f"refs/tags/{facts.tag}^{{commit}}")
    yield QaItem(
        "build.commit",
        f"The tag {facts.tag} is at commit {facts.commit}",
        f"git -C product.git rev-parse --verify {ref}",
        Outcome(0, facts.commit),
    )
    if any(artifact.name == SUMS for artifact in facts.old_artifacts):
        yield _check_sums("old")
    else:
        yield from _check_digests("old", facts.old_artifacts)
    if facts.artifacts:
        yield _check_sums("candidate")
        yield from _check_digests("candidate", facts.artifacts)


def _check_sums(build: str) -> QaItem:
    return QaItem(
        f"build.{build}-sums",
        f"The files in {build}/ are those of its {SUMS}",
        f"cd {build} && sha256sum --check --strict {SUMS}",
        Outcome(0),
    )


def _check_digests(build: str, artifacts: tuple[Artifact, ...]) -> Iterator[QaItem]:
    for number, artifact in enumerate(artifacts, 1):
        path = f"{build}/{artifact.name}"
        line = shlex.quote(f"{artifact.sha256}  {path}")
        yield QaItem(
            f"build.{build}-digest-{number}",
            f"{path} has the digest that GitHub told",
            f"echo {line} | sha256sum --check --strict",
            Outcome(0),
        )


def _plain_items(facts: QaFacts) -> dict[str, object]:
    """Items for builds whose place is not known here: what to do and what must come, in words."""
    shown = replace(facts, tag=facts.tag or facts.commit)

    def show(part: str, step: QaStep) -> dict[str, object]:
        command = fill_command(step.run, "build", shown.tag, shown)
        return {
            "item": format_item(QaItem(f"{part}.{step.id}", step.do)),
            "command": command,
            "expected": Markdown(format_outcome(step.expect)),
        }

    return {
        "new_items": [show("new", step) for step in facts.instruction.steps],
        "regression_items": [show("regression", step) for step in facts.instruction.regression],
        "sign_off": format_item(QaItem("sign-off", f"Verified at {facts.commit}.")),
    }
