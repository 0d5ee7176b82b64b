"""Stage 4, investigate: the pull request with the fix, and whether QA must verify the candidate."""

from dataclasses import dataclass

from relauto.comms.desk import Shown, decision_command
from relauto.comms.public import make_title
from relauto.errors import InputError
from relauto.git.refs import RefUpdate
from relauto.git.scope import describe_foreign, list_foreign
from relauto.github import pull_reads, pulls
from relauto.github.faults import NotFoundError
from relauto.github.pull_state import Pull
from relauto.guard.guard import Passage
from relauto.model.facts import Facts
from relauto.model.incident import Fix, StepState
from relauto.model.names import Branch, Commit
from relauto.model.target import Place
from relauto.picking.presence import find_known_presence, find_presence
from relauto.stages.bench import Bench, list_commits
from relauto.stages.claims import check_home
from relauto.stages.following import equip_pull, finish_opening
from relauto.stages.leaks import hold_leaks, read_brought
from relauto.stages.step import Observation, Proved, Question, Refused, Todo
from relauto.stages.texts.pulls import write_fix_pull


@dataclass(frozen=True)
class OpenPull:
    """`investigate.pr`: every fix has its pull request against the branch that it goes to first."""

    key: str = "investigate.pr"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for each fix's pull request by number or head branch, whoever opened it."""
        if not bench.incident.current_fixes:
            again = f" in round {place.round}" if place.round > 1 else ""
            return Refused(f"no fix is attached yet{again}", todo="relauto attach --fix BRANCH, or --pull N")
        known = bench.incident.record(place)
        if known and known.state is StepState.DONE and home_holds_fixes(bench):
            return Proved(known.facts, known.by_others)
        # The emergency branch is named after a number that is not settled before.
        stopped = check_home(bench) if bench.incident.opening.base == "tag" else None
        if stopped:
            return stopped
        shown, wanted = [], bench.settings.pull
        for fix in bench.incident.current_fixes:
            pull, halved = find_pull(bench, fix), refuse_halved(bench, fix)
            if halved:
                return halved
            if pull is None:
                return self.open(bench, place, fix)
            refused = refuse_base(bench, pull) or (
                self._judge_open(bench, place, pull) if pull.state == "open" else None
            )
            if refused:
                return refused
            unfinished = finish_opening(bench, place, pull, wanted.labels, wanted.reviewers)
            if unfinished:
                return unfinished
            shown.append(
                {
                    "fix": str(fix),
                    "number": pull.number,
                    "url": pull.url,
                    "title": pull.title,
                    "head": pull.head_sha,
                    "by_others": pull.author != bench.login,
                }
            )
        return Proved({"pulls": shown}, by_others=all(pull["by_others"] for pull in shown))

    def _judge_open(self, bench: Bench, place: Place, pull: Pull) -> Refused | None:
        """Refuse what must not be merged, whoever wrote it, and again after every push."""
        what = f"pull request #{pull.number}"
        texts_ = [Passage(f"the title of {what}", pull.title), Passage(f"the text of {what}", pull.body, 1)]
        brought = read_brought(bench, pull.head_sha, bench.ref(bench.home.ref))
        return refuse_foreign(bench, pull.head_sha) or hold_leaks(
            bench, place, what, [*texts_, *brought], out=tell_out(bench)
        )

    def open(self, bench: Bench, place: Place, fix: Fix) -> Refused | Todo:
        """Return how a fix that has no pull request gets one, or what holds that up."""
        if fix.branch is None:
            return Refused(
                f"{bench.source.repository} has no pull request {fix}",
                todo="see with which token relauto looks: what it attached was there",
            )
        branch = Branch(fix.branch)
        head = bench.ref(branch.ref)
        if head is None:
            return Refused(
                f"{bench.source.repository} has no branch {branch}",
                todo="push the fix's branch, then advance",
            )
        foreign = refuse_foreign(bench, head)
        if foreign:
            return foreign
        title, wanted = make_title(bench.product.commit(head).subject), bench.settings.pull
        body = write_fix_pull(bench, branch, head)
        told = [
            Passage("its title", title),
            Passage("its text", body, 1),
            Passage("its branch's name", branch),
        ]
        brought = read_brought(bench, head, bench.ref(bench.home.ref))
        held = hold_leaks(
            bench, place, "the fix's pull request", [*told, *brought], out=tell_out(bench, branch=True)
        )
        if held:
            return held
        beginning = find_beginning(bench)

        def run(_facts: Facts) -> None:
            bench.mirror.push(beginning)
            pull = pulls.open_pull(
                bench.source, head=branch, base=bench.home, title=title, body=body, absent=True
            )
            equip_pull(bench, pull.number, wanted.labels, wanted.reviewers)

        return Todo(
            f"open-pull:{branch}",
            describe_opening(bench, branch),
            run,
            prepare=lambda: {"head": head, "branch": str(branch)},
            changes=("refs", "pulls") if beginning else ("pulls",),
        )


def tell_out(bench: Bench, *, branch: bool = False) -> str:
    """Return the warning about what people have pushed or written themselves: it may be out already."""
    if bench.public:
        return ""
    what = "its branch was pushed by somebody" if branch else "it stands on GitHub"
    return f"{what}, so whoever can read {bench.source.repository} can read it already: tell whom it is about"


def describe_opening(bench: Bench, branch: Branch, *, alone: bool = True) -> str:
    """Return the sentence for a fix's pull request that is opened; not `alone`: others were before it."""
    sentence = f"open a pull request from {branch} to {bench.home}"
    if alone and find_beginning(bench):
        sentence += f", which begins at {bench.plan(bench.incident.targets[0]).base_tag}"
    return sentence


@dataclass(frozen=True)
class DecideQa:
    """`investigate.qa-decision`: a person says whether QA verifies the candidate, and why."""

    key: str = "investigate.qa-decision"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Read the decision from the journal; nobody else can make it."""
        record = bench.incident.record(place)
        if record is None or record.state is not StepState.DONE:
            return Refused(
                "nobody has decided whether QA must verify the fix in the candidate",
                todo='answer at the desk, or run relauto tick investigate.qa-decision --evidence "yes: …"',
                question=Question(
                    "tick",
                    self.key,
                    "decision",
                    tuple(Shown("fix", str(fix)) for fix in bench.incident.current_fixes),
                    (decision_command(),),
                ),
            )
        if "verify" in record.facts:
            return Proved(record.facts, record.by_others)
        return Proved({"verify": read_decision(record.reason)})


def read_decision(evidence: str) -> bool:
    """Return whether a decision's text says that QA verifies the candidate.

    Raises:
        InputError: it begins with neither `yes:` nor `no:`, or gives no reason.
    """
    word, _, reason = evidence.partition(":")
    if word.strip().lower() not in ("yes", "no") or not reason.strip():
        raise InputError(
            f"the decision {evidence!r} is not readable", todo='write "yes: because …" or "no: because …"'
        )
    return word.strip().lower() == "yes"


def home_holds_fixes(bench: Bench) -> bool:
    """Return whether git still shows every fix merged that the journal says is merged.

    What its branch holds needs no further look at the pull requests that brought it there.
    """
    merged = list_commits(bench.facts("prepare.merge"), "merged", "merge_commit")
    return len(merged) == len(bench.incident.current_fixes) and all(
        home_holds(bench, commit) for commit in merged
    )


def home_holds(bench: Bench, commit: str) -> bool:
    """Return whether the branch that a fix goes to first holds its merge, and no revert of it stands there.

    Once the fix is released a revert takes nothing away from the release.
    """
    head = bench.ref(bench.home.ref)
    if head is None or not bench.on_branch(bench.home, commit):
        return False
    released = any(bench.facts("prepare.release", target) for target in bench.incident.targets)
    return released or find_known_presence(bench.product, Commit(commit), head) is not None


def find_pull(bench: Bench, fix: Fix) -> Pull | None:
    """Return the pull request of a fix as it is now: merged before open, open before closed."""
    if fix.pull is not None:
        return _read_pull(bench, fix.pull)
    branch = Branch(str(fix.branch))
    head = bench.ref(branch.ref)
    found = bench.find_pulls(branch, bench.home)
    return next((pull for pull in found if not _is_of_before(bench, pull, head)), None)


def refuse_halved(bench: Bench, fix: Fix) -> Refused | None:
    """Refuse a fix whose branch was merged before it got its last commits, unless the lines hold that part.

    Only the newer pull request would be picked, and the customer would get half of the fix.
    """
    if fix.branch is None or bench.home != bench.main:
        return None
    branch = Branch(fix.branch)
    head, attached = bench.ref(branch.ref), {each.pull for each in bench.incident.fixes}
    older = [pull for pull in bench.find_pulls(branch, bench.home) if _is_of_before(bench, pull, head)]
    for pull in older:
        if pull.number not in attached and pull.merge_commit and not _lines_hold(bench, pull.merge_commit):
            return Refused(
                f"{branch} was merged as pull request #{pull.number} and has gone on since: that part would "
                "not be picked",
                todo=f"relauto attach --pull {pull.number} takes it along; if it is no part of the fix, put "
                "the fix on a branch of its own and attach that",
            )
    return None


def _lines_hold(bench: Bench, merged: Commit) -> bool:
    heads = [bench.release_head(target) for target in bench.incident.targets]
    return all(find_presence(bench.product, merged, head) is not None for head in heads)


def _read_pull(bench: Bench, number: int) -> Pull | None:
    try:
        return bench.see("pulls", pull_reads.look_at_pull(bench.source, number))
    except NotFoundError:
        return None


def _is_of_before(bench: Bench, pull: Pull, head: Commit | None) -> bool:
    """Return whether a pull request was merged before its branch got what it has now."""
    return (
        pull.state == "merged"
        and head not in (None, pull.head_sha)
        and not bench.on_branch(bench.home, str(head))
    )


def refuse_base(bench: Bench, pull: Pull) -> Refused | None:
    """Refuse a pull request that is not to be merged to the branch that the fix goes to first."""
    if pull.state == "merged" or pull.base_ref == bench.home:
        return None
    return Refused(
        f"pull request #{pull.number} is aimed at {pull.base_ref}, not at {bench.home}",
        todo=f"change its base to {bench.home} on GitHub",
    )


def find_beginning(bench: Bench) -> list[RefUpdate]:
    """Return what creates the emergency branch, while the fix goes there first and it does not exist."""
    plan = bench.plan(bench.incident.targets[0])
    exists = bench.home == bench.main or bench.ref(bench.home.ref) is not None
    return [] if exists else [RefUpdate(bench.home.ref, None, Commit(plan.base_commit))]


def refuse_foreign(bench: Bench, head: Commit) -> Refused | None:
    """Refuse a fix that would bring the line what belongs to main: it grows from the wrong branch."""
    if bench.home == bench.main:
        return None
    target = bench.incident.targets[0]
    home = bench.ref(bench.home.ref) or Commit(bench.plan(target).base_commit)
    for other in (bench.main, target.branch):
        tip = bench.ref(other.ref)
        foreign = list_foreign(bench.product, head, home, tip) if tip else []
        if foreign:
            return Refused(describe_foreign(other, bench.home, foreign), todo=f"rebase it onto {bench.home}")
    return None
