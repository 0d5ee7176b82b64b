"""What a rehearsal leaves for people and programs, read back from the repositories and the API.

Nothing here is taken from what the run believed: tags, commits and trees come from `product.git`,
pull requests and releases from the hub's API, steps and notices from the journal in `ops.git`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from relauto.comms.story import RoundStory, tell_rounds
from relauto.git.repository import Repository
from relauto.github import pull_reads, releases
from relauto.github.assets import download_asset
from relauto.github.counts import describe_requests
from relauto.guard.guard import LeakError
from relauto.journal.log import JournalReader
from relauto.model.event import Event
from relauto.model.facts import Facts
from relauto.model.incident import Incident, StepState
from relauto.model.names import Commit, Tag
from relauto.model.playbook import Playbook, load_playbook
from relauto.model.target import Place, Target
from relauto.rehearsal.world import World
from relauto.report.page import render_page
from relauto.report.retrospective import render_retrospective
from relauto.report.summary import draft_summary
from relauto.session import Session
from relauto.stages.bench import Bench
from relauto.stages.prepare.candidate import list_candidates
from relauto.stages.texts.releases import write_upgrade_notes

PRIVATE = ".rehearsal"
SUMMARY = "incident-summary.md"


def write(out: Path, session: Session, world: World, incident: str, seconds: float) -> dict[str, Any]:
    """Write everything that a rehearsal leaves into `out` and return what `summary.json` says."""
    requests = describe_requests(session.counts)
    with (
        session.counts.about("rehearsal"),
        session.bench(incident) as bench,
        JournalReader.open_local(out / "ops.git", incident) as reader,
    ):
        bench.incident = reader.incident()
        bench.look()
        with Repository.open(world.git_directory) as product:
            document = summarise(bench, product, reader.incident())
        document |= {"requests": requests, "seconds": seconds}
        _write_texts(out, reader)
        _write_kits(out, bench)
        write_reports(out, bench, reader.events())
    _put(out / "summary.json", msgspec.json.format(msgspec.json.encode(document, enc_hook=str)) + b"\n")
    return document


def summarise(bench: Bench, product: Repository, incident: Incident) -> dict[str, Any]:
    """Return the document of `summary.json`, without requests and seconds."""
    playbook, _ = load_playbook()
    return {
        "schema": 1,
        "incident": incident.id,
        "round": incident.round,
        "targets": [_summarise_target(bench, product, incident, target) for target in incident.targets],
        "steps": _steps(playbook, incident),
        "notices": [
            {"step": each.place.step, "audience": each.audience, "path": each.path, "state": "draft"}
            for each in incident.notices
        ],
    }


def _steps(playbook: Playbook, incident: Incident) -> dict[str, str]:
    return {step.key: incident.state(step.key).value for stage in playbook.stages for step in stage.steps}


def _summarise_target(
    bench: Bench, product: Repository, incident: Incident, target: Target
) -> dict[str, Any]:
    plan, numbers = bench.plan(target), range(1, incident.round + 1)
    tags = product.tags()
    # Embargoed candidates never were in public.
    known = bench.tags() if bench.public else tags
    pulls = [
        each
        for number in numbers
        for each in _facts(incident, Place("investigate.pr", None, number)).get("pulls", ())
    ]
    picked = [_facts(incident, Place("prepare.pick", target, number)) for number in numbers]
    return {
        "repository": target.repository,
        "line": target.line,
        "base": incident.opening.base,
        "base_tag": plan.base_tag,
        "fixes": [_fix(bench, each["number"]) for each in pulls],
        "picks": [
            _pick(product, str(facts["branch"]), each) for facts in picked for each in facts.get("picks", ())
        ],
        "accepted": [each.commit for each in incident.accepted if each.target == target],
        "candidates": [
            each for number in numbers for each in _candidates(bench, incident, target, known, number)
        ],
        "release": _release(bench, target, tags),
        "rounds": [_round(incident, told) for told in tell_rounds(incident) if told.target == target],
    }


def _facts(incident: Incident, place: Place) -> Facts:
    record = incident.record(place)
    return record.facts if record and record.state is StepState.DONE else {}


def _round(incident: Incident, told: RoundStory) -> dict[str, Any]:
    failed = told.failure.place.step if told.failure else None
    release = told.release or None
    return {
        "round": told.number,
        "base_tag": told.base,
        "version": told.version,
        "release": release,
        "kit": _kit(incident, told),
        "failed": failed,
    }


def _fix(bench: Bench, number: int) -> dict[str, Any]:
    pull = pull_reads.read_pull(bench.source, number)
    return {"pull": pull.number, "merge_commit": pull.merge_commit}


def _pick(product: Repository, branch: str, told: Mapping[str, Any]) -> dict[str, Any]:
    head = product.find_branch(branch)[1]
    commit = Commit(told["commit"]) if told["commit"] else None
    on_line = commit is not None and product.is_ancestor(commit, head)
    return {
        "fix": told["fix"],
        "pull": told["pull"],
        "commit": commit if on_line else None,
        "tree": product.commit(Commit(told["made"] or commit or head)).tree,
        "status": told["status"],
    }


def _candidates(
    bench: Bench, incident: Incident, target: Target, tags: Mapping[Tag, Commit], number: int
) -> Iterator[dict[str, Any]]:
    verified = _facts(incident, Place("prepare.verify", target, number))
    claim = incident.rounds.claims.get((target, number))
    if claim is None or claim.plan is None:
        return
    for candidate in list_candidates(bench, target, claim.plan.version):
        commit = tags.get(candidate.tag)
        is_verified = verified.get("tag") == candidate.tag and verified.get("commit") == commit
        gates = verified.get("gates", {}) if is_verified else _refusal(incident, candidate.tag)
        yield {"tag": candidate.tag, "commit": commit, "verified": is_verified, "gates": gates}


def _refusal(incident: Incident, tag: str) -> dict[str, str]:
    reasons = [str(each.reason) for each in incident.refused if each.tag == tag]
    return {"refused": reasons[-1]} if reasons else {}


def _release(bench: Bench, target: Target, tags: Mapping[Tag, Commit]) -> dict[str, Any] | None:
    tag = bench.final_tag(target)
    release = releases.find_release(bench.outside().source, tag)
    if release is None or release.draft or tag not in tags:
        return None
    assets = [
        {
            "name": asset.name,
            "sha256": hashlib.sha256(download_asset(bench.outside().source, asset)).hexdigest(),
        }
        for asset in release.assets
    ]
    return {"tag": tag, "commit": tags[tag], "assets": assets}


def _write_texts(out: Path, reader: JournalReader) -> None:
    for folder in ("notices/", "qa/"):
        for path, content in reader.rendered(folder).items():
            _put(out / path, content)


def _write_kits(out: Path, bench: Bench) -> None:
    source = bench.outside().source
    for told in tell_rounds(bench.incident):
        kit = _kit(bench.incident, told)
        if kit is None:
            continue
        release = releases.find_release(source, Tag(told.release))
        for asset in release.assets if release else ():
            _put(out / kit / asset.name, download_asset(source, asset))
        with _vetted(bench, f"{kit}/UPGRADE.md"):
            notes = write_upgrade_notes(bench, told.target, told.number, told.sent)
            _put(out / kit / "UPGRADE.md", notes.encode())


def _kit(incident: Incident, told: RoundStory) -> str | None:
    """Return the folder of a round's kit; None where there is none, or its release is lost."""
    released = _facts(incident, Place("prepare.release", told.target, told.number))
    return f"kit/{told.release}" if told.sent and released else None


def write_reports(out: Path, bench: Bench, events: Sequence[Event]) -> None:
    """Write the pages that people look at afterwards; what the customer may not read is left out."""
    now, product = bench.clock.now(), bench.settings.product
    page = render_page(events, bench.playbook, now=now, contacts=bench.settings.contacts, product=product)
    _put(out / "report" / "index.html", page.encode())
    retrospective = render_retrospective(events, bench.playbook, now=now, product=product)
    _put(out / "retrospective.md", retrospective.encode())
    with _vetted(bench, SUMMARY):
        _put(out / SUMMARY, draft_summary(bench).encode())


@contextmanager
def _vetted(bench: Bench, file: str) -> Iterator[None]:
    """Leave a file for the customer out where the leak guard refuses it, and say so."""
    try:
        yield
    except LeakError as error:
        bench.say(f"{file} is not written: {error.what}")


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    new.replace(path)


def list_files(out: Path) -> tuple[Path, ...]:
    """Return what a rehearsal left for people: its files, and each bare repository as one."""
    found: list[Path] = []
    for path in sorted(out.iterdir()):
        if path.suffix == ".git" or path.is_file():
            found.append(path)
        elif path.name != PRIVATE:
            found.extend(sorted(each for each in path.rglob("*") if each.is_file()))
    return tuple(found)
