"""The release record at work: whose a line and its version are, and which numbers are spent."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.version import Version

from relauto.errors import DecisionError, InputError
from relauto.git.base import find_base
from relauto.git.repository import Repository
from relauto.journal.releases import Record, Releases, find_rival
from relauto.model.event import Plan, PlanSettled, ReleaseAwaited
from relauto.model.names import Commit, RepositoryName, Tag
from relauto.model.rounds import Claim
from relauto.model.target import Place, Target
from relauto.model.version import Release, find_releases, next_version, parse_version
from relauto.stages.bench import Bench
from relauto.stages.step import Refused, Waiting


@dataclass(frozen=True)
class Line:
    """A line as an incident finds it: the records of its repository, and the versions that are out."""

    target: Target
    incident: str
    records: tuple[Record, ...]
    published: frozenset[Version]

    @property
    def rival(self) -> Record | None:
        """The release that another incident is making from this line."""
        out = {str(version) for version in self.published}
        return find_rival(self.records, self.target, self.incident, out)

    @property
    def taken(self) -> set[Version]:
        """The numbers that this incident's next release cannot have."""
        held = {
            parse_version(record.version)
            for record in self.records
            if record.withdrawn or record.incident not in ("", self.incident)
        }
        return {*held, *self.published}


def read_line(releases: Releases, target: Target, incident: str, tags: Iterable[str]) -> Line:
    """Read what the release record says about a line now.

    Raises:
        RemoteError: the ops repository was not reached.
        InputError: a record cannot be read.
    """
    published = frozenset(each.version for each in find_releases(tags) if each.is_final)
    return Line(target, incident, tuple(releases.read_all(target.repository)), published)


def refuse_rival(line: Line) -> None:
    """Refuse a line from which another incident is making a release: never two at once.

    Raises:
        DecisionError: there is one; it names both ways on.
    """
    rival = line.rival
    if rival:
        raise DecisionError(
            f"{rival.incident} is making {rival.version} from {line.target.line} of {line.target.repository}",
            todo=f"put the fix into that release: relauto open … --join {rival.incident}; "
            f"or come after it: relauto open … --wait-for {rival.incident}",
        )


def require_rival(line: Line, holder: str) -> Record:
    """Return the release that `holder` is making from a line.

    Raises:
        InputError: it makes none there.
    """
    rival = line.rival
    if rival is None or rival.incident != holder:
        who = f"{rival.incident} does" if rival else "the line is free"
        raise InputError(
            f"{holder} is making no release from {line.target.line} of {line.target.repository}: {who}",
            todo=f"name {rival.incident}" if rival else "open without --join and --wait-for",
        )
    return rival


def claim_line(releases: Releases, line: Line, version: str, tags: Iterable[str]) -> None:
    """Claim a version and with it the line; of two who come at once at most one gets it.

    Raises:
        DecisionError: another incident is making a release from this line, or holds the version.
        RemoteError: the claim could not be written, or not be found out whether it was.
    """
    refuse_rival(line)
    releases.claim(line.target, version, line.incident)
    try:
        # Two who claim different versions both succeed; whoever sees the other takes theirs back.
        refuse_rival(read_line(releases, line.target, line.incident, tags))
    except DecisionError:
        releases.free(line.target.repository, version, line.incident)
        raise


def find_last_final(repository: Repository, line: Line, head: Commit) -> tuple[Release, Commit] | None:
    """Return the last final release of a line, and its commit; None where there is none.

    That is the nearest one on the line, or one that was made from there on an emergency branch: git does
    not tell of what line that is, the release record does.
    """
    nearest, tags = find_base(repository, head, final=True), repository.tags()
    if nearest is None:
        return None
    made = {record.version for record in line.records if record.target == line.target}
    later = [
        (release, tags[release.tag])
        for release in find_releases(tags)
        if release.is_final and str(release.version) in made and release.version > nearest[0].version
    ]
    grown = [found for found in later if repository.is_ancestor(nearest[1], found[1])]
    return max([nearest, *grown], key=lambda found: found[0].version)


def choose_plan(
    repository: Repository,
    line: Line,
    head: Commit,
    *,
    base: Literal["tip", "tag"],
    final: bool = False,
    wanted: str | None = None,
) -> Plan:
    """Return what a release from a line grows from and which number it gets.

    Args:
        repository: where the line and the tags are.
        line: whose release it is.
        head: the line's tip.
        base: grow from the line's tip, or from its last final release.
        final: count what the tip holds from the nearest final release, not from a prerelease.
        wanted: the number to take instead of the next free one.

    Raises:
        InputError: there is no version tag to grow from, or the number is taken.
    """
    on_tip = base == "tip"
    grown = find_base(repository, head, final=final) if on_tip else find_last_final(repository, line, head)
    if grown is None:
        raise InputError(
            f"no version tag can be reached from {line.target.line}, so there is nothing to release from",
            todo="tag the last release of the line, as in v1.4.2",
        )
    release, commit = grown
    version = parse_version(wanted) if wanted else next_version(release.version, line.taken)
    if version in line.taken:
        raise InputError(
            f"{line.target.repository} has a release {version} already, or it is claimed",
            todo="name a number that is free",
        )
    return Plan(line.target, str(release.tag), str(commit), str(head), str(version))


def refuse_stale_mirror(
    plan: Plan, line: Line, private: RepositoryName, public: Repository, head: Commit | None
) -> None:
    """Refuse a plan made in a private mirror that lacks the line's last release, or has another.

    Args:
        plan: what was planned there.
        line: whose release it is.
        private: the mirror's name.
        public: the copy of the public repository.
        head: the line's tip there, None where it has no such branch.

    Raises:
        InputError: the public repository has another last release of the line.
    """
    found = find_last_final(public, line, head) if head else None
    if found is None or (str(found[0].tag), str(found[1])) != (plan.base_tag, plan.base_commit):
        theirs = f"{found[0].tag} at {found[1].short}" if found else "none"
        raise InputError(
            f"{private} has {plan.base_tag} at {plan.base_commit[:10]} as the last release of "
            f"{plan.target.line}, and {plan.target.repository} has {theirs}",
            todo="push what the public repository has to the private one",
        )


def find_unsettled(bench: Bench) -> Iterator[PlanSettled | ReleaseAwaited]:
    """Yield for each line without a claim of this round what is to be recorded; nothing is claimed yet."""
    for target in bench.incident.targets:
        claim = bench.incident.rounds.claim(target)
        if claim and claim.state in ("held", "freed"):
            continue
        line = read_line(bench.releases, target, bench.incident.id, _list_tags(bench))
        if claim and claim.state == "joined" and not _is_orphan(line, claim):
            continue
        rival, round_ = line.rival, bench.incident.round
        if rival is None:
            yield PlanSettled(_plan_again(bench, line), round_)
        elif claim is None or claim.holder != rival.incident:
            yield ReleaseAwaited(target, rival.incident, round_)


def _is_orphan(line: Line, claim: Claim) -> bool:
    """Return whether the release that a fix rides on was given up before it was out."""
    if claim.plan is None or parse_version(claim.plan.version) in line.published:
        return False
    held = [record.incident for record in line.records if record.version == claim.plan.version]
    return claim.holder not in held


def settle(bench: Bench, plan: Plan) -> None:
    """Claim what was found unsettled.

    Raises:
        DecisionError: another incident was faster; the next look finds it.
        RemoteError: the claim could not be written.
    """
    tags = _list_tags(bench)
    line = read_line(bench.releases, plan.target, bench.incident.id, tags)
    claim_line(bench.releases, line, plan.version, tags)


def _list_tags(bench: Bench) -> set[Tag]:
    """Return the tags by which a version is out, or was: of the public repository, and of earlier rounds."""
    rounds = range(1, bench.incident.round)
    places = [Place("prepare.release", each, number) for each in bench.incident.targets for number in rounds]
    released = [bench.incident.record(place) for place in places]
    once = {Tag(str(each.facts["tag"])) for each in released if each and "tag" in each.facts}
    return {*bench.tags(), *bench.outside().tags(), *once}


def describe_settling(plan: Plan) -> str:
    """Return the sentence for a version that is claimed."""
    return f"claim {plan.version} of {plan.target.line} in the release record, to grow from {plan.base_tag}"


def _plan_again(bench: Bench, line: Line) -> Plan:
    """Plan a further round, or anew what had to wait, from what is the line's last release by now.

    That is the release of the round before, if its tag still stands and no other incident's came after it.
    """
    incident = bench.incident
    head, again, outside = bench.head(line.target), incident.round > 1, bench.outside()
    plan = choose_plan(bench.product, line, head, base=incident.opening.base, final=again)
    if outside is not bench:
        public = outside.ref(line.target.branch.ref)
        refuse_stale_mirror(plan, line, bench.source.repository, outside.product, public)
    return plan


def check_claim(bench: Bench, target: Target) -> Waiting | Refused | None:
    """Return why the line must not be touched in this round, or None where its claim is ours."""
    claim = bench.incident.rounds.claim(target)
    if claim is None or claim.state == "awaited":
        holder = claim.holder if claim else "another incident"
        reason = f"{target.line} is {holder}'s until its release is out or given up"
        return Waiting(holder, reason, elsewhere=True)
    if claim.state == "freed":
        return Refused(
            f"this incident gave up its version of {target.line}", todo="open the incident anew to go on"
        )
    return None


def check_home(bench: Bench) -> Waiting | Refused | None:
    """Return why the branch that the fix goes to first must not be touched in this round.

    Main is nobody's alone; where the line comes first, it has to be ours.
    """
    if bench.incident.opening.order == "main-first":
        return None
    return check_claim(bench, bench.incident.targets[0])


def burn(bench: Bench, target: Target, tags: Collection[str]) -> None:
    """Put the numbers of candidates on record as burned; those that are so already write nothing."""
    style, plan = bench.tag_style(target), bench.plan(target)
    found = [style.candidate_number(tag, parse_version(plan.version)) for tag in tags]
    numbers = [number for number in found if number is not None]
    if numbers:
        bench.releases.claim(target, plan.version, bench.incident.id)
        bench.releases.burn(target.repository, plan.version, numbers, bench.incident.id)


def note_gone(bench: Bench, place: Place, facts: dict[str, object]) -> None:
    """Burn the number of a candidate, or of a release, that was proved and whose tag is gone or moved."""
    tag, commit = facts.get("tag"), facts.get("commit")
    where = bench.outside() if place.step == "prepare.release" else bench
    if place.target is None or not isinstance(tag, str) or where.tags().get(Tag(tag)) == commit:
        return
    if place.step == "prepare.candidate":
        burn(bench, place.target, [tag])
    elif place.step == "prepare.release":
        version = bench.plan(place.target).version
        bench.releases.claim(place.target, version, bench.incident.id)
        bench.releases.withdraw(place.target.repository, version, bench.incident.id)


def burned_numbers(bench: Bench, target: Target) -> tuple[int, ...]:
    """Return the candidates' numbers of the target's version that no candidate may get again."""
    version = bench.plan(target).version
    record = bench.remember("refs", ("record", target, version), lambda: _read(bench, target, version))
    return record.burned if record else ()


def is_withdrawn(bench: Bench, target: Target) -> bool:
    """Return whether the target's version was published once and is gone."""
    record = _read(bench, target, bench.plan(target).version)
    return record is not None and record.withdrawn


def _read(bench: Bench, target: Target, version: str) -> Record | None:
    return bench.releases.read(target.repository, version)
