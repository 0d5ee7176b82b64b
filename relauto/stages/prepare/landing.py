"""Bringing picks onto a branch that a release is cut from, or that is owed the fix.

The picks are made in the object database and reach the branch by a pull request of their own (the
default) or by a direct push. The version bump comes with them, or by itself once they are there. A
branch that does not exist yet, the emergency branch of a release that grows from its last tag, is
created by the same push.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple

from relauto.comms.neutral import shorten
from relauto.errors import DecisionError, InputError
from relauto.git.errors import PushRejectedError
from relauto.git.outgoing import list_brought
from relauto.git.refs import RefUpdate
from relauto.github import pull_merge, pulls
from relauto.github.faults import ForbiddenError, RefusedError
from relauto.github.pull_merge import Method
from relauto.github.pull_page import DESCRIPTION, Report
from relauto.github.pull_state import Pull
from relauto.guard.guard import Passage
from relauto.model.event import StepIntended
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.target import Place, Target
from relauto.picking.presence import Presence, find_presence
from relauto.stages import texts
from relauto.stages.auto_merge import follow_auto_merge
from relauto.stages.bench import Bench
from relauto.stages.following import choose_method, equip_pull, finish_opening, follow_pull
from relauto.stages.leaks import hold_leaks
from relauto.stages.prepare.bump import is_bumped
from relauto.stages.prepare.drafts import CONFLICT, Draft, require_head, stands_on
from relauto.stages.prepare.picks import Made, Recipe, Signed, Unsettled, name_commits, name_paths
from relauto.stages.prepare.trial import describe_trial, hold_trial, try_commit
from relauto.stages.queueing import enqueue, follow_queue, needs_queue
from relauto.stages.reporting import send_report
from relauto.stages.signing import find_commit_signer
from relauto.stages.step import Observation, Refused, Todo

_What = Literal["pick", "bump"]
_WHATS: tuple[_What, ...] = ("pick", "bump")
_DRAFTS = ("draft", "proposal")
"""A pick with a conflict that a person settles, or accepts as resolvers have settled it."""

# A rebase keeps author, message and trailer of each pick; a merge keeps the commits themselves;
# a squash keeps only what its message says.
KEEPING_TRAILERS: tuple[Method, ...] = ("rebase", "merge", "squash")

# What was settled on top of a commit with the conflict markers, or of picks: these need not stay apart.
SQUASHING: tuple[Method, ...] = ("squash", "rebase", "merge")


class Part(NamedTuple):
    """What one pull request or push brings: the fixes, the number, or both."""

    fixes: bool
    number: bool


@dataclass(frozen=True)
class Landing:
    """A branch that shall hold the fix.

    `base` is where it begins while the remote has no such branch; `numbered` says that its version
    files carry the release's number, `via` how picks reach it. It is the fix of `round`, else of the
    current one.
    """

    bench: Bench
    target: Target
    branch: Branch
    base: Commit
    numbered: bool
    via: Literal["pull", "push"]
    round: int | None = None

    @property
    def head(self) -> Commit:
        """The branch's tip as last fetched, or where it will begin."""
        return self.bench.ref(self.branch.ref) or self.base

    @property
    def pick_branch(self) -> Branch:
        """The branch of the picks' pull request: the same for the same incident, landing and fixes."""
        incident = self.bench.incident
        return Branch(f"{self._prefix('pick')}{incident.revision_of(self.round or incident.round)}")

    @property
    def bump_branch(self) -> Branch:
        """The branch of the bump's own pull request: the same for the same incident, landing and number."""
        return Branch(f"{self._prefix('bump')}{self.bench.plan(self.target).version}")

    def _prefix(self, what: _What) -> str:
        name = self.branch.removeprefix("relauto/")
        return f"relauto/{what}/{name}/{self.bench.incident.id.lower()}-"

    def made_here(self, action: str) -> bool:
        """Return whether an intent of this action was about picks or the bump for this branch."""
        opened = [f"open-{what}:{self._prefix(what)}" for what in _WHATS]
        opened += [f"open-{word}:{self._prefix('pick')}" for word in _DRAFTS]
        return action.startswith((*opened, *(f"push-{what}:{self.branch}:" for what in _WHATS)))

    def find_made(self, action: str) -> Pull | None:
        """Return the pull request that an intent's commits came by; None where they were pushed."""
        word, _, branch = action.partition(":")
        return self.bench.find_pull(Branch(branch), self.branch) if word.startswith("open-") else None

    @property
    def takes_bump_along(self) -> bool:
        """Whether the picks bring the number: as their branch shows once it is there, else as is set."""
        pushed = self.bench.ref(self.pick_branch.ref) if self.via == "pull" else None
        if pushed:
            return is_bumped(self.bench, self.target, pushed)
        return self.bench.settings.pick.bump == "with"

    def list_parts(self, *, fixes: bool, number: bool) -> list[Part]:
        """Return in what parts, one after the other, the branch gets what it lacks."""
        if fixes and number and not self.takes_bump_along:
            return [Part(fixes=True, number=False), Part(fixes=False, number=True)]
        return [Part(fixes, number)] if fixes or number else []

    def find(self, series: Sequence[Commit]) -> dict[Commit, Presence | None]:
        """Return how each commit is on the branch; None for one that is not.

        That it would change nothing says nothing of a commit whose forerunner is not there yet.
        """
        product, found = self.bench.product, dict[Commit, Presence | None]()
        for commit in series:
            there = find_presence(product, commit, self.head, series=series)
            found[commit] = None if there and there.by == "tree" and None in found.values() else there
        return found

    def lacks_number(self) -> bool:
        """Return whether a version file has yet to be raised here."""
        return self.numbered and not is_bumped(self.bench, self.target, self.head)

    def bring(self, place: Place, missing: Sequence[Commit]) -> Observation:
        """Return what is next until the branch holds the missing commits and the number."""
        if self.via == "push":
            return self._push(place, missing)
        branch = self._choose_branch(place, missing)
        pull = self.bench.find_pull(branch, self.branch)
        if pull is None:
            return self._open(place, branch, missing)
        if pull.state == "open":
            return self._follow(place, pull)
        return Refused(
            f"pull request #{pull.number} is {pull.state}, but {self.branch} lacks "
            f"{name_commits(missing) or 'its version bump'}",
            todo=f"reopen it, or put the {self._tell_what(branch)} on the branch by hand",
        )

    def _follow(self, place: Place, pull: Pull) -> Observation:
        draft = self.find_draft(place, pull)
        unfinished = finish_opening(self.bench, place, pull, self._list_labels(draft=draft is not None))
        return unfinished or (draft.observe() if draft else None) or self.merge(place, pull)

    def find_draft(self, place: Place, pull: Pull) -> Draft | None:
        """Return what a person has to settle in an open pull request, where it was opened with a conflict."""
        return self._find_draft(place, pull, self.head) if pull.state == "open" else None

    def _find_draft(self, place: Place, pull: Pull, tip: Commit) -> Draft | None:
        pushed = self.list_pushed(place, pull)
        if not pushed or "unsettled" not in pushed[-1]:
            return None
        made = [each for each in pushed if "unsettled" in each]
        return Draft(self.bench, self.target, place, self.branch, tip, pull, made)

    def list_merged_drafts(self, place: Place) -> Iterator[Draft]:
        """Yield what was opened with a conflict and is merged, whoever did that."""
        for (where, action), intent in self.bench.incident.intents.items():
            if where != place or "unsettled" not in intent.facts or not self.made_here(action):
                continue
            pull = self.find_made(action)
            if pull and pull.merge_commit:
                below = self.bench.product.commit(pull.merge_commit).parents[0]
                draft = self._find_draft(place, pull, below)
                yield from [draft] if draft else []

    def _list_labels(self, *, draft: bool) -> tuple[str, ...]:
        wanted = self.bench.settings.pick
        return (*wanted.labels, *([wanted.conflict_label] if draft and wanted.conflict_label else []))

    def _choose_branch(self, place: Place, missing: Sequence[Commit]) -> Branch:
        """Return the branch whose pull request brings what is lacking.

        The number alone has its own, unless it comes along with picks that somebody else brought faster.
        """
        if missing:
            return self.pick_branch
        if self.bench.ref(self.pick_branch.ref) and self.takes_bump_along:
            pull = self.bench.find_pull(self.pick_branch, self.branch)
            if pull and pull.state == "open" and self.find_draft(place, pull) is None:
                return self.pick_branch
        return self.bump_branch

    def _tell_what(self, branch: str) -> _What:
        return "bump" if branch == self.bump_branch else "pick"

    def _plan(self, missing: Sequence[Commit]) -> Recipe:
        bumped = self.numbered and (self.takes_bump_along or not missing)
        drafts = self.via == "pull" and self.bench.settings.pick.conflicts == "draft"
        return Recipe(self.bench, self.target, self.branch, tuple(missing), bumped, drafts)

    def _open(self, place: Place, branch: Branch, missing: Sequence[Commit]) -> Observation:
        bench = self.bench
        known, signer = bench.ref(branch.ref), find_commit_signer(bench, self.branch)
        if isinstance(signer, Refused):
            return signer
        if known:
            made = self._plan(missing).make_again(self.head, branch, known)
        else:
            made = self._plan(missing).make(self.head, bench.sign())
        if isinstance(made, Refused):
            return made
        held = self._hold(place, branch, made, self.head)
        if held:
            return held
        signed = Signed(bench, self.head, made, None if known else signer)

        left = made.unsettled

        def run(facts: Facts) -> None:
            pick_ref = [] if known else [RefUpdate(branch.ref, None, facts["head"])]
            bench.mirror.push([*self._creation(), *pick_ref])
            if left:
                self._report_conflict(facts["head"], left)
            self._open_pull(branch, signed.made)

        fixes = name_commits(missing)
        return Todo(
            f"open-{_name_draft(left) if left else self._tell_what(branch)}:{branch}",
            describe_draft(self.branch, branch, left.fix.short, proposed=left.is_proposed)
            if left
            else describe_pick(self.branch, branch, fixes, bumped=made.bump is not None)
            + self._describe_trial(missing),
            run,
            prepare=signed.describe,
            changes=("refs", "pulls"),
            trial=None if left else self._plan_trial(made),
        )

    def _describe_trial(self, missing: Sequence[Commit]) -> str:
        return describe_trial(self.bench) if missing else ""

    def _plan_trial(self, made: Made) -> Callable[[], Refused | None] | None:
        """Return what tries picks before they are pushed; the number alone needs no trial."""
        return partial(try_commit, self.bench, made.head) if made.picked else None

    def _open_pull(self, branch: Branch, made: Made) -> None:
        title, body = self._write_texts(made)
        draft = made.unsettled is not None
        try:
            pull = pulls.open_pull(
                self.bench.source,
                head=branch,
                base=self.branch,
                title=title,
                body=body,
                draft=draft,
                absent=True,
            )
        except RefusedError as error:
            if draft and error.says("draft"):
                raise DecisionError(
                    f"{self.bench.source.repository} has no drafts: {error.message}",
                    todo='set pick.conflicts = "stop", and put the pick on the line by hand',
                ) from error
            raise
        equip_pull(self.bench, pull.number, self._list_labels(draft=draft))

    def _report_conflict(self, head: str, left: Unsettled) -> None:
        """Let the commit itself say that it must not be merged, before there is a pull request of it."""
        deed = "accept what was made of" if left.is_proposed else "settle"
        begun = f"{self.bench.incident.id}: a person has to {deed} the conflict"
        told = shorten(f"{begun} in {name_paths(left.paths)}", DESCRIPTION)
        if self.bench.guard.find([Passage("its text", told)]):
            told = begun
        try:
            send_report(self.bench, Commit(head), Report(CONFLICT, "failure", told))
        except ForbiddenError as error:
            self.bench.say(f"{head[:10]} cannot be marked as failing: {error.what}")

    def make(self, missing: Sequence[Commit], onto: Commit) -> Made | Refused:
        """Return what the branch would get once it is at `onto`, or why it would not apply there."""
        return self._plan(missing).make(onto, self.bench.sign())

    def judge(self, place: Place, missing: Sequence[Commit], made: Made, onto: Commit) -> Refused | None:
        """Hold up what `make` has made where everybody must not read it."""
        branch = None if self.via == "push" else self.pick_branch if missing else self.bump_branch
        return self._hold(place, branch, made, onto)

    def _hold(self, place: Place, branch: Branch | None, made: Made, onto: Commit) -> Refused | None:
        """Hold up a pull request, or a push without a `branch` for one, that must not be made.

        Its picks cannot be tried here, or everybody must not read it.
        """
        untried = hold_trial(self.bench) if made.picked and not made.unsettled else None
        if untried:
            return untried
        brought = list_brought(self.bench.product, made.head, [onto])
        if branch is None:
            return hold_leaks(self.bench, place, f"the push to {self.branch}", brought)
        title, body = self._write_texts(made)
        told = [Passage("its title", title), Passage("its text", body, 1)]
        return hold_leaks(self.bench, place, f"the pull request of {branch}", [*told, *brought])

    def _write_texts(self, made: Made) -> tuple[str, str]:
        if made.unsettled:
            return texts.draft_pull(self.bench, self.target, self.branch, self.pick_branch, made)
        if made.bump and not made.picked:
            return texts.bump_pull(self.bench, self.target, self.branch, made.bump)
        return texts.pick_pull(
            self.bench, self.target, self.branch, made.picked, bumped=made.bump is not None
        )

    def _creation(self) -> list[RefUpdate]:
        exists = self.bench.ref(self.branch.ref) is not None
        return [] if exists else [RefUpdate(self.branch.ref, None, self.base)]

    def _push(self, place: Place, missing: Sequence[Commit]) -> Observation:
        refused = self.bench.rules(self.branch).refuse_push()
        if refused:
            return Refused(
                f"{self.branch} refuses pushes: {refused}",
                todo='set pick.via = "pull", or have relauto excepted from the rules of the branch',
            )
        signer = find_commit_signer(self.bench, self.branch)
        if isinstance(signer, Refused):
            return signer
        made = self._plan(missing).make(self.head, self.bench.sign())
        if isinstance(made, Refused):
            return made
        held = self._hold(place, None, made, self.head)
        if held:
            return held
        known = self.bench.ref(self.branch.ref)

        def run(facts: Facts) -> None:
            try:
                self.bench.mirror.push([RefUpdate(self.branch.ref, known, facts["head"])])
            except PushRejectedError as error:
                raise DecisionError(
                    f"{self.branch} refused the push: {error.what}",
                    todo="advance again if somebody pushed just now; a line that takes pull requests "
                    'only needs pick.via = "pull"',
                ) from error

        return Todo(
            f"push-{'pick' if missing else 'bump'}:{self.branch}:{self.head.short}",
            describe_push(self.branch, name_commits(missing), bumped=made.bump is not None)
            + self._describe_trial(missing),
            run,
            prepare=Signed(self.bench, self.head, made, signer).describe,
            changes=("refs", "pulls"),
            trial=self._plan_trial(made),
        )

    def refuse_pushed(self, place: Place, pull: Pull) -> Refused | None:
        """Refuse a pull request whose head is not what was pushed: it would land under the pick's name.

        Where a conflict was left to people, what they push is judged as that.
        """
        what = self._tell_what(pull.head_ref)
        heads = [each["head"] for each in self.list_pushed(place, pull)]
        if not heads or pull.head_sha in heads or self.find_draft(place, pull):
            return None
        made = heads[-1]
        return Refused(
            f"pull request #{pull.number} is at {pull.head_sha.short}, but the {what} is {made[:10]}",
            todo=f"push {made[:10]} to {pull.head_ref} again, or merge it by hand: what is neither pick "
            "nor version bump has to be accepted by name then",
        )

    def list_pushed(self, place: Place, pull: Pull) -> list[Facts]:
        """Return what runs were about to push to a pull request's branch, and have as far as can be told.

        That is what its head is, or stands on; where a person replaced that, what was made last. Of several
        runs at once each has made its own.
        """
        meant = self._list_meant(place, Branch(pull.head_ref))
        exact = [each for each in meant if each["head"] == pull.head_sha]
        if exact or len(meant) < 2:
            return exact or meant
        head = require_head(self.bench, pull)
        return [each for each in meant if stands_on(self.bench, head, Commit(each["head"]))] or meant[-1:]

    def _list_meant(self, place: Place, branch: Branch) -> list[Facts]:
        actions = {f"open-{word}:{branch}" for word in (*_WHATS, *_DRAFTS)}
        meant = [event.body for event in self.bench.journal.events() if isinstance(event.body, StepIntended)]
        return [each.facts for each in meant if each.place == place and each.action in actions]

    def merge(self, place: Place, pull: Pull) -> Observation:
        """Return what is next until an open pull request is merged."""
        bench = self.bench
        lacking = (
            self.refuse_pushed(place, pull)
            or follow_queue(bench, place, pull)
            or follow_pull(bench, place, pull, bench.rules_of(self.branch))
        )
        lacking = follow_auto_merge(bench, place, pull, lacking, is_door=False)
        if lacking is not None:
            return lacking
        if needs_queue(bench, pull):
            return enqueue(bench, pull, is_door=False)
        draft = self.find_draft(place, pull)
        method = choose_method(bench, pull, None, SQUASHING if draft and draft.is_mixed else KEEPING_TRAILERS)
        head = Commit(pull.head_sha)

        def run(_facts: Facts) -> None:
            told = [commit.message for commit in bench.product.commits(self.head, head)]
            message = "\n\n".join(told) if method == "squash" else None
            title = pull.title if bench.public and method != "rebase" else None
            pull_merge.merge_pull(bench.source, pull, head=head, method=method, title=title, message=message)

        return Todo(
            f"merge-{self._tell_what(pull.head_ref)}:{pull.number}",
            f"merge pull request #{pull.number} to {self.branch} ({method}) at {head.short}",
            run,
            prepare=lambda: {"head": head, "method": method},
            changes=("refs", "pulls"),
        )


def list_landings(bench: Bench, target: Target) -> list[Landing]:
    """Return the branches that shall hold the fix: the release's first.

    A release from the tip is cut from the line itself. One from the last tag is cut from an emergency
    branch, and the line is owed the fix all the same, or the next release from it would lose the fix.
    """
    via = bench.settings.pick.via
    line = Landing(bench, target, target.branch, bench.head(target), numbered=True, via=via)
    if bench.incident.opening.base == "tip":
        return [line]
    base = Commit(bench.plan(target).base_commit)
    emergency = Landing(bench, target, bench.release_branch(target), base, numbered=True, via=via)
    if bench.incident.opening.private:
        # The public line gets it once the release is out.
        return [emergency]
    return [emergency, replace(line, numbered=False)]


def find_owed(bench: Bench, owed: Place) -> Landing:
    """Return the branch that a debt is about: a target's line, or main. It gets it by pull request alone.

    Raises:
        InputError: the branch is gone.
    """
    outside = bench.outside()
    branch = owed.target.branch if owed.target else outside.main
    head = outside.ref(branch.ref)
    if head is None:
        raise InputError(
            f"{outside.source.repository} has no branch {branch}", todo="see `main` in the settings"
        )
    target = owed.target or bench.incident.targets[0]
    return Landing(outside, target, branch, head, numbered=False, via="pull", round=owed.round)


def describe_pick(onto: Branch, branch: Branch, fixes: str, *, bumped: bool) -> str:
    """Return the sentence for a pick that goes by pull request; without `fixes` it is the bump alone."""
    bump = " and the version bump" if bumped else ""
    content = f"{fixes} picked onto {onto}{bump}" if fixes else f"the version bump of {onto}"
    return f"push {branch} with {content}, and open its pull request"


def _name_draft(left: Unsettled) -> str:
    return "proposal" if left.is_proposed else "draft"


def describe_draft(onto: Branch, branch: Branch, fix: str, *, proposed: bool) -> str:
    """Return the sentence for a pick that conflicts and is left to a person in a draft."""
    how = "as rules settle its conflict" if proposed else "in conflict"
    return f"push {branch} with {fix} {how} with {onto}, and open its draft pull request for a person"


def describe_push(onto: Branch, fixes: str, *, bumped: bool) -> str:
    """Return the sentence for a pick that is pushed to the branch; without `fixes` it is the bump alone."""
    if not fixes:
        return f"push the version bump to {onto}"
    return f"push {fixes} picked onto {onto}" + (" and the version bump" if bumped else "")
