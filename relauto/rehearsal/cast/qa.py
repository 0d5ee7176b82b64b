"""QA: runs every command of its page on the old build and the candidate, as printed, and says what came."""

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.comparison import Bench, build_fault, outcome_fault, prose_faults
from relauto.rehearsal.cast.errand import Errand
from relauto.rehearsal.cast.facts import asked_tag, asset_faults, download_assets, verdict
from relauto.rehearsal.cast.page import Item, PageError, parse_page, tick
from relauto.rehearsal.cast.tags import TagAt, find_tag
from relauto.rehearsal.cast.workplace import Outcome, Scratch, run_command

_LIMIT = 120.0
_SHOWN = 3000
_NOT_RUN = ("machine", "evidence", "sign-off")


@dataclass(frozen=True)
class Result:
    """What came of one item; `fault` is empty when it holds."""

    item: Item
    fault: str
    outcome: Outcome | None = None


def act(errand: Errand) -> list[str]:
    """Verify the candidate of every open QA issue that has no verdict yet; returns what was done.

    Raises:
        ApiError: the API refused.
        ErrandError: the tags could not be fetched.
    """
    listed = errand.api.pages(f"repos/{errand.qa}/issues", labels="relauto-qa", state="open")
    return [done for issue in listed if "pull_request" not in issue and (done := _verify(errand, issue))]


def _verify(errand: Errand, issue: Json) -> str:
    tag = asked_tag(issue["title"])
    if not tag.startswith(errand.candidate_prefix):
        return ""
    if issue["user"]["login"] != errand.bot or not tag:
        return f"#{issue['number']} was not asked by {errand.bot}: left alone"
    comments = list(errand.api.pages(f"{_address(errand, issue)}/comments"))
    if verdict(comments, errand.login, tag):
        return ""
    try:
        items = parse_page(issue["body"] or "")
    except PageError as error:
        return _say(errand, issue, tag, f"the page cannot be followed: {error}")
    candidate, base = find_tag(errand, tag), find_tag(errand, errand.base_tag)
    if candidate is None or base is None:
        return _say(errand, issue, tag, f"the tag {tag if base else errand.base_tag} is not there")
    bench = prepare(errand, errand.work / f"qa-{issue['number']}", {"old": base, "candidate": candidate})
    bench.faults.extend(prose_faults(issue["body"], bench))
    results = [_check(item, bench) for item in items if item.kind not in _NOT_RUN]
    wanted = [item.id for item in items if item.kind == "evidence"]
    _attach_new(errand, issue, comments, evidence(tag, bench.faults, results, wanted))
    body = errand.api.get(_address(errand, issue))["body"]
    if not _is_same_page(body, items):
        return _say(errand, issue, tag, "the page was changed while it was followed")
    failed = [f"{result.item.id} ({result.fault})" for result in results if result.fault]
    reason = "; ".join(bench.faults + failed)
    _tick(errand, issue, body, _held(items, results, reason))
    return _say(errand, issue, tag, reason)


def prepare(errand: Errand, folder: Path, tags: dict[str, TagAt]) -> Bench:
    """Lay out the files of both builds and a clone of the product in a folder.

    Raises:
        ApiError: the API refused.
        ErrandError: the tags could not be fetched.
    """
    shutil.rmtree(folder, ignore_errors=True)
    files: dict[str, dict[str, bytes]] = {}
    faults = []
    for build, tag in tags.items():
        (folder / build).mkdir(parents=True)
        found = (
            errand.api.find(f"repos/{each}/releases/tags/{tag.name}")
            for each in dict.fromkeys((errand.release, errand.source))
        )
        release: Json = next(filter(None, found), {"assets": []})
        files[build] = download_assets(errand, release)
        faults += [f"{build}: {fault}" for fault in asset_faults(release, files[build])]
        for name, content in files[build].items():
            (folder / build / Path(name).name).write_bytes(content)
    product = Scratch(errand, folder / "product.git")
    product.fetch(*(f"+refs/tags/{tag.name}:refs/tags/{tag.name}" for tag in tags.values()))
    return Bench(folder, tags, files, faults)


def _check(item: Item, bench: Bench) -> Result:
    if item.expected is None:
        return Result(item, build_fault(item.text, bench))
    limit = item.expected.within
    outcome = run_command(item.command, bench.folder, max(_LIMIT, limit or 0))
    return Result(item, outcome_fault(item, outcome), outcome)


def _is_same_page(body: str, items: list[Item]) -> bool:
    try:
        now = parse_page(body)
    except PageError:
        return False
    return [replace(item, ticked=False) for item in now] == [replace(item, ticked=False) for item in items]


def _held(items: list[Item], results: list[Result], reason: str) -> set[str]:
    """Return the ids of what holds; evidence is attached by now, and sign-off needs all the rest."""
    held = {result.item.id for result in results if not result.fault}
    held |= {item.id for item in items if item.kind == "evidence"}
    return held if reason else held | {"sign-off"}


def _tick(errand: Errand, issue: Json, body: str, ids: set[str]) -> None:
    ticked = tick(body, ids)
    if ticked != body:
        errand.api.patch(_address(errand, issue), {"body": ticked})


def _attach(errand: Errand, issue: Json, text: str) -> None:
    errand.api.post(f"{_address(errand, issue)}/comments", {"body": text})


def _attach_new(errand: Errand, issue: Json, comments: list[Json], text: str) -> None:
    """Attach evidence, unless an earlier run that was broken off attached the same."""
    ours = [comment["body"] for comment in comments if comment["user"]["login"] == errand.login]
    if _without_seconds(text) not in map(_without_seconds, ours):
        _attach(errand, issue, text)


def _without_seconds(text: str) -> str:
    return re.sub(r", \d+\.\d seconds", "", text).strip()


def _say(errand: Errand, issue: Json, tag: str, reason: str) -> str:
    """Give the verdict: passed where there is no reason to fail."""
    flat = " ".join(reason.split())[:2000]
    word = f"/qa fail {tag} {flat}" if flat else f"/qa pass {tag}"
    _attach(errand, issue, word)
    return f"#{issue['number']}: {word}"


def evidence(tag: str, faults: list[str], results: list[Result], wanted: list[str]) -> str:
    """Return the comment that tells what was run and what came; `wanted` are the items it is evidence for."""
    named = f" ({', '.join(wanted)})" if wanted else ""
    parts = [f"What was run on {tag} and what came{named}:", *(f"- {fault}" for fault in faults)]
    for result in results:
        parts.append(f"**{result.item.id}**: {result.fault or 'holds'}")
        if result.outcome:
            status, seconds = result.outcome.status, result.outcome.seconds
            shown = f"$ {result.item.command}\n{result.outcome.output[-_SHOWN:]}"
            fence = "`" * (3 + max((len(run) for run in re.findall("`+", shown)), default=0))
            parts.append(
                f"{fence}text\n{shown.rstrip()}\n{fence}\nexit status {status}, {seconds:.1f} seconds"
            )
    return "\n\n".join(parts)[:60_000]


def _address(errand: Errand, issue: Json) -> str:
    return f"repos/{errand.qa}/issues/{issue['number']}"
