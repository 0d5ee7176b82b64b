"""The release manager: answers what the desk asks, after looking for themselves."""

import re
from collections.abc import Callable

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

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def act(errand: Errand) -> list[str]:
    """Answer every command that the desk asks for and that holds; says why where it does not.

    Raises:
        ApiError: the API refused.
    """
    return [_answer(errand, asked) for asked in read_desk(errand) if asked.words[0] in _ANSWERS]


def _answer(errand: Errand, asked: Asked) -> str:
    line, objection = _ANSWERS[asked.words[0]](errand, asked)
    if objection:
        return f"left alone: {' '.join(asked.key)}: {objection}"
    return answer(errand, asked, line)


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


def _accept(errand: Errand, asked: Asked) -> tuple[str, str]:
    commit = asked.words[1] if len(asked.words) > 1 else ""
    if not _COMMIT.fullmatch(commit):
        return "", "it is no full commit id"
    compared = errand.api.find(f"repos/{errand.source}/compare/{commit}...{errand.accepted_head}")
    if compared is None or compared["status"] not in ("ahead", "identical"):
        return "", f"it did not stand on {errand.line} before the incident"
    told = errand.api.get(f"repos/{errand.source}/commits/{commit}")["commit"]
    subject = told["message"].splitlines()[0]
    return f"/accept {commit} stood on {errand.line} before the incident: {subject}", ""


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
    "/accept": _accept,
    "/tick": _tick,
}
