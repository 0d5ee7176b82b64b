"""The release manager: answers what the desk asks, after looking for themselves."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from relauto.rehearsal.cast.desk import Asked, answer, read_desk
from relauto.rehearsal.cast.errand import DECISION, Errand
from relauto.rehearsal.cast.facts import (
    is_approved,
    is_green,
    kit_digest,
    published_releases,
    qa_passed,
)
from relauto.rehearsal.cast.tags import candidate_tags
from relauto.rehearsal.cast.workplace import Scratch

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
# GitHub takes comments of up to 65,536 characters: 200 lines of at most 300.
_TOGETHER = 200
_SUBJECT = 150


def act(errand: Errand) -> list[str]:
    """Answer every command that the desk asks for and that holds; says why where it does not.

    Raises:
        ApiError: the API refused.
        ErrandError: the line's history cannot be fetched.
    """
    asked = list(read_desk(errand))
    commits = [each for each in asked if each.words[0] == "/accept"]
    others = [_answer(errand, each) for each in asked if each.words[0] in _ANSWERS]
    return [*others, *_accept(errand, commits)]


def _answer(errand: Errand, asked: Asked) -> str:
    line, objection = _ANSWERS[asked.words[0]](errand, asked)
    return _leave(asked, objection) if objection else answer(errand, asked.issue, line)


def _leave(asked: Asked, objection: str) -> str:
    return f"left alone: {' '.join(asked.key)}: {objection}"


def _approve(errand: Errand, asked: Asked) -> tuple[str, str]:
    """Return the answering line, and the objection that keeps it from being given."""
    if len(asked.words) != 3:
        return "", "it does not name one step and one thing"
    _, step, thing = asked.words
    judge = _DOORS.get(step, _shown_text)
    return f"/approve {step} {thing}", judge(errand, asked, thing)


def _merge(errand: Errand, _: Asked, head: str) -> str:
    pulls = errand.api.pages(f"repos/{errand.source}/pulls", state="open")
    pull = next((pull for pull in pulls if pull["head"]["sha"] == head), None)
    if pull is None:
        return "no open pull request has this head"
    if not is_green(errand, head):
        return f"{errand.check_name} is not green"
    return "" if is_approved(errand, pull) else "nobody has approved this head"


def _release(errand: Errand, _: Asked, commit: str) -> str:
    tags = [tag.name for tag in candidate_tags(errand) if tag.commit == commit]
    if not tags:
        return "no candidate's tag is there"
    if not is_green(errand, commit):
        return f"{errand.check_name} is not green"
    if errand.ticks[DECISION].startswith("no"):
        return ""
    return "" if any(qa_passed(errand, tag) for tag in tags) else "QA has not passed it"


def _send(errand: Errand, _: Asked, digest: str) -> str:
    sent = any(kit_digest(errand, release) == digest for release in published_releases(errand))
    return "" if sent else "no published release has this digest"


def _shown_text(_: Errand, asked: Asked, thing: str) -> str:
    """Approve another step only for a text that stands in the same comment, by its SHA-256."""
    return "" if _DIGEST.fullmatch(thing) and asked.shows(thing) else "the comment does not show that text"


def _accept(errand: Errand, asked: Sequence[Asked]) -> Iterator[str]:
    """Accept by name what stood on the line before the incident: many in one comment."""
    stood = _read_line(errand) if asked else {}
    lines: dict[int, list[str]] = {}
    left: list[str] = []
    for each in asked:
        commit = each.words[1] if len(each.words) > 1 else ""
        if commit in stood:
            line = f"/accept {commit} stood on {errand.line} before the incident: {stood[commit]}"
            lines.setdefault(each.issue, []).append(line)
        elif _COMMIT.fullmatch(commit):
            left.append(_leave(each, f"it did not stand on {errand.line} before the incident"))
        else:
            left.append(_leave(each, "it is no full commit id"))
    for issue, accepted in lines.items():
        for start in range(0, len(accepted), _TOGETHER):
            answer(errand, issue, *accepted[start : start + _TOGETHER])
        yield accepted[0] + (f" (and {len(accepted) - 1} more)" if len(accepted) > 1 else "")
    yield from left


def _read_line(errand: Errand) -> Mapping[str, str]:
    """Return the commits that stood on the line unreleased, each with its subject cut to a comment's size.

    The base is among them: where it is a prerelease, it is asked about as well.
    """
    scratch = Scratch(errand, errand.work / "line.git")
    base = f"refs/tags/{errand.base_tag}"
    scratch.fetch(errand.accepted_head, f"+{base}:{base}")
    read = ("log", "--format=%H %s")
    told = b"\n".join(
        [
            scratch.read(*read, f"{base}..{errand.accepted_head}"),
            scratch.read(*read, "--max-count=1", f"{base}^{{commit}}"),
        ]
    ).decode("utf-8", "replace")
    rows = (row.partition(" ") for row in told.split("\n") if row)
    return {commit: subject[:_SUBJECT] for commit, _, subject in rows}


def _tick(errand: Errand, asked: Asked) -> tuple[str, str]:
    step = asked.words[1] if len(asked.words) > 1 else ""
    said = errand.ticks.get(step)
    return f"/tick {step} {said}", "" if said else "there is no evidence for it"


_DOORS: dict[str, Callable[[Errand, Asked, str], str]] = {
    "prepare.merge": _merge,
    "prepare.release": _release,
    "deploy.send": _send,
}
_ANSWERS: dict[str, Callable[[Errand, Asked], tuple[str, str]]] = {
    "/approve": _approve,
    "/tick": _tick,
}
