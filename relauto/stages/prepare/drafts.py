"""A pick's pull request that was opened with a conflict in it: a draft, for a person to settle.

Whatever a person pushes there is theirs: relauto never pushes to it again. It merges what they made once
no conflict marker is left, every fix is in it, and an entitled person has accepted exactly that commit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from relauto.comms.desk import Shown, accept_command
from relauto.comms.handwork import indent, write_fetch_commands, write_push_commands
from relauto.comms.neutral import reveal, shorten
from relauto.counting import name_count
from relauto.errors import RelautoError
from relauto.git.message import find_origins
from relauto.github import pull_drafts, pull_page
from relauto.github.faults import ForbiddenError
from relauto.github.pull_page import DESCRIPTION, Report
from relauto.github.pull_state import Pull
from relauto.guard.guard import Passage
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.target import Place, Target
from relauto.picking.fixes import holds_merge
from relauto.picking.markers import find_left
from relauto.picking.presence import find_presence
from relauto.picking.range_diff import read_range_diff
from relauto.stages.bench import Bench
from relauto.stages.leaks import hold_leaks, read_brought
from relauto.stages.prepare.heads import require_head, stands_on
from relauto.stages.prepare.picks import count_fitting, name_commits, name_paths
from relauto.stages.reporting import is_own, send_report
from relauto.stages.step import Question, Refused, Todo

CONFLICT = "relauto / conflict"
"""The report, on a pick's head, that no conflict is left in it that nobody has settled and accepted."""

NO_CONFLICT = "no conflict is left in it"
"""What the report says once that is so."""

SETTLED = "prepare.settled"
"""The door at which what became of a conflict is accepted."""

# GitHub takes comments of up to 65,536 characters; what a question shows of a conflict has to fit into one.
_ROOM = 60_000
_MOST_DIFFERENCE = 20_000
_MOST_PATHS, _MOST_COMMITS, _MOST_SUBJECT = 40, 20, 200


@dataclass(frozen=True)
class Draft:
    """The pull request `pull` to the branch `onto`, which is at `tip`.

    `made` is what runs were about to push: of several at once each has made its own, which say the same.
    """

    bench: Bench
    target: Target
    place: Place
    onto: Branch
    tip: Commit
    pull: Pull
    made: Sequence[Facts]

    @property
    def fix(self) -> Commit:
        """The fix that does not apply."""
        return Commit(self.made[-1]["unsettled"]["fix"])

    @property
    def rest(self) -> list[Commit]:
        """The fixes behind it, which a person picks too."""
        return [Commit(each) for each in self.made[-1]["unsettled"]["rest"]]

    @property
    def fixes(self) -> list[Commit]:
        """All fixes that it has to bring."""
        return [*(Commit(each["fix"]) for each in self.made[-1]["picks"]), self.fix, *self.rest]

    @property
    def resolvers(self) -> list[str]:
        """The names of those that proposed what became of the conflict; none where git's markers stand."""
        return list(self.made[-1]["unsettled"]["resolvers"])

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has pushed to it."""
        return self.pull.head_sha in {each["head"] for each in self.made}

    @property
    def is_marked(self) -> bool:
        """Whether the conflict is as git left it."""
        return self.is_untouched and not self.resolvers

    @property
    def marked(self) -> Commit | None:
        """The commit with the markers, where what settles them came on top of it; None where it is gone."""
        if self.resolvers:
            return None
        head, heads = require_head(self.bench, self.pull), [Commit(each["head"]) for each in self.made]
        return next((each for each in heads if stands_on(self.bench, head, each)), None)

    @property
    def is_mixed(self) -> bool:
        """Whether it holds commits that need not stay: the one with the markers, or what brings no fix."""
        head, product = self.pull.head_sha, self.bench.product
        base, fixes = product.merge_base(self.tip, head), set(self.fixes)
        bumps = {bump for each in self.made for bump in each["bumps"]}
        commits = product.commits(base, head) if base else []
        others = [
            each for each in commits if each.id not in bumps and fixes.isdisjoint(find_origins(each.message))
        ]
        return bool(others) or self.marked is not None

    @property
    def is_accepted(self) -> bool:
        """Whether a person has accepted exactly what is there now."""
        return self._accepts(self.pull.head_sha)

    def _accepts(self, commit: Commit | None) -> bool:
        accepted = {each.commit for each in self.bench.incident.accepted if each.target == self.target}
        return commit is not None and str(commit) in accepted

    def tell_lack(self) -> str:
        """Return in a few words what keeps it from being merged; "" when nothing does."""
        if self.is_marked:
            return f"a person has to settle the conflict in {self._name_paths()}"
        fault = self._find_fault()
        return fault or ("" if self.is_accepted else "it is settled; a person has to accept it by name")

    def observe(self) -> Refused | Todo | None:
        """Return what is next about it; None once it is to be followed like any other."""
        if self.is_marked:
            return self._refuse_marked()
        fault = self._find_fault()
        if fault:
            return self._refuse(f"pull request #{self.pull.number} is not settled: {fault}")
        return self._hold_leaks() or (None if self.is_accepted else self._ask()) or self._end()

    def refuse_merged(self, became: Commit | None) -> Refused | None:
        """Return why it must not ship although it is merged: nobody has accepted its head.

        The commit which the fix `became` on the branch may be accepted instead.
        """
        head, name = self.pull.head_sha, f"pull request #{self.pull.number}"
        if self.is_accepted or self._accepts(became):
            return None
        if self.is_marked:
            return Refused(
                f"{name} was merged to {self.onto} at {head.short}, in which nobody has settled the conflict "
                f"in {self._name_paths()}",
                todo=f"take it back on {self.onto}, and put there what a person has settled; or, where git "
                f"left it as it shall be, say why: relauto accept {head} --reason …",
                facts={"settled": [head], "fix": self.fix, "onto": self.onto, "pull": self.pull.number},
            )
        asked = self._ask("It is merged already; until it is accepted, nothing is released of it.")
        return replace(
            asked,
            reason=f"{name} was merged to {self.onto} at {head.short}, which nobody has accepted: a person "
            "has to",
            todo=f"{asked.todo}; what shall not stay is taken back on {self.onto}",
        )

    def _name_paths(self) -> str:
        return name_paths(self.made[-1]["unsettled"]["paths"])

    def _refuse_marked(self) -> Refused:
        return self._refuse(
            f"{self.fix.short} conflicts with {self.onto} in {self._name_paths()}: "
            f"pull request #{self.pull.number} waits for a person to settle it"
        )

    def _refuse(self, reason: str) -> Refused:
        branch, unsettled = self.pull.head_ref, self.made[-1]["unsettled"]
        lacking = self._list_lacking()
        fetch = write_fetch_commands(branch)
        merges = holds_merge(self.bench.product, lacking)
        push = write_push_commands(branch, lacking, merges=merges, on_top=lacking != self.rest)
        return Refused(
            reason,
            todo=f"settle it in a clone, as its text tells: {self.pull.url}\n{indent(fetch)}\n"
            f"  (edit the files until no conflict marker is left)\n{indent(push)}",
            facts={
                "conflicts": unsettled["paths"],
                "fix": self.fix,
                "onto": self.onto,
                "pull": self.pull.number,
                "url": self.pull.url,
            },
        )

    def _list_lacking(self) -> list[Commit]:
        """Return which of the fixes behind the conflict a person has yet to pick."""
        product, head = self.bench.product, self.pull.head_sha
        if self.is_untouched:
            return self.rest
        return [fix for fix in self.rest if find_presence(product, fix, head) is None]

    def _find_fault(self) -> str:
        head, key = require_head(self.bench, self.pull), ("draft", self.onto, self.pull.head_sha)
        return self.bench.remember("refs", key, lambda: next(self._list_faults(head), ""))

    def _list_faults(self, head: Commit) -> Iterator[str]:
        product = self.bench.product
        base = product.merge_base(self.tip, head)
        if base is None:
            yield f"it has no history in common with {self.onto}"
            return
        held = {fix: find_presence(product, fix, head, series=self.fixes) for fix in self.fixes}
        lacking = [fix for fix, presence in held.items() if presence is None]
        if lacking:
            yield (
                f"{head.short} lacks {name_commits(lacking)}: pick with -x, and keep the line which that adds"
            )
        try:
            left = find_left(product, self.fixes, base, head)
        except RelautoError as error:
            yield f"whether conflict markers are left cannot be told: {error.what}"
            return
        if left:
            yield f"{head.short} leaves conflict markers in {', '.join(left)}"

    def _hold_leaks(self) -> Refused | None:
        what = f"pull request #{self.pull.number}"
        brought = read_brought(self.bench, self.pull.head_sha, self.tip)
        told = [Passage(f"the title of {what}", self.pull.title), Passage("its text", self.pull.body, 1)]
        out = "it stands on GitHub, so whoever can read the repository can read it already"
        return hold_leaks(self.bench, self.place, what, [*told, *brought], out=out)

    def _ask(self, note: str = "") -> Refused:
        head = self.pull.head_sha
        shown = (
            Shown("pull request", f"#{self.pull.number}", url=self.pull.url),
            Shown("goes to", self.onto),
            Shown("head", head),
            *self._show_paths(),
            *self._show_commits(head),
        )
        how = f"was settled by {', '.join(self.resolvers)}" if self.is_untouched else "was settled"
        return Refused(
            f"pull request #{self.pull.number} {how} as {head.short}: a person has to accept that",
            todo=f"read it, then answer at the desk, or run relauto accept {head} --reason …",
            facts={"settled": [head], "pull": self.pull.number, "onto": self.onto},
            question=Question(
                "accept",
                SETTLED,
                head,
                shown,
                (accept_command(head),),
                note=note,
                text=reveal(self._tell_differences(head, _ROOM - sum(each.size for each in shown))),
            ),
        )

    def _show_paths(self) -> Iterator[Shown]:
        paths, room = self.made[-1]["unsettled"]["paths"], _ROOM // 2
        rows = [Shown(f"was in conflict ({each['kind']})", each["path"]) for each in paths[:_MOST_PATHS]]
        kept = rows[: count_fitting((row.size for row in rows), room)]
        yield from kept
        if len(kept) < len(paths):
            yield Shown("was in conflict besides", f"and {len(paths) - len(kept)} more", words=True)

    def _show_commits(self, head: Commit) -> Iterator[Shown]:
        base = self.bench.product.merge_base(self.tip, head)
        commits = self.bench.product.commits(base, head) if base else []
        for each in commits[:_MOST_COMMITS]:
            yield Shown(f"brings {each.id.short}", shorten(each.subject, _MOST_SUBJECT), words=True)
        if len(commits) > _MOST_COMMITS:
            yield Shown("brings besides", name_count(len(commits) - _MOST_COMMITS, "more commit"), words=True)

    def _tell_differences(self, head: Commit, room: int) -> str:
        """Return how what a person made differs from the fixes that did not apply, in so many characters."""
        most = min(_MOST_DIFFERENCE, room) // len(self.fixes)
        pairs = [(fix, self._find_settled(fix, head)) for fix in (self.fix, *self.rest)]
        told = [read_range_diff(self.bench.product, fix, made, most=most) for fix, made in pairs if made]
        return "\n\n".join(filter(None, told))

    def _find_settled(self, fix: Commit, head: Commit) -> Commit | None:
        """Return what a fix became: what came on top of the commit with the markers counts as one with it."""
        product, marked = self.bench.product, self.marked
        if marked:
            whole = replace(product.commit_object(marked), tree=product.commit_object(head).tree)
            return product.write_object(whole)
        found = find_presence(product, fix, head, series=self.fixes)
        return found.commit if found else None

    def _end(self) -> Todo | None:
        """Return what makes a pull request like any other of it."""
        pull, label = self.pull, self.bench.settings.pick.conflict_label
        held = next((each for each in pull.labels if each.lower() == (label or "").lower()), None)
        drafted = pull.draft and bool(pull.node)
        if not (held or drafted or self._is_red):
            return None

        def run(_facts: Facts) -> None:
            # First of all: with nothing else required it can be merged as soon as it is no draft.
            self._report_settled()
            if held:
                pull_page.remove_label(self.bench.source, pull.number, held)
            if drafted:
                pull_drafts.mark_ready(self.bench.source, pull)

        what = f"pull request #{pull.number}"
        word, deed = (
            ("ready", f"take {what} out of draft")
            if held or drafted
            else ("lift", f"lift the failing report on {what}")
        )
        return Todo(
            f"{word}:{pull.number}",
            f"{deed} at {pull.head_sha.short}: it is settled",
            run,
            prepare=lambda: {"head": pull.head_sha},
            changes=("pulls", "pages"),
        )

    @property
    def _is_red(self) -> bool:
        """Whether its head is reported as failing by this token, or by another and nothing says otherwise."""
        told = [each for each in self.pull.checks.checks if each.name == CONFLICT]
        if any(each.state == "success" for each in told):
            told = [each for each in told if is_own(self.bench, each)]
        return any(each.state == "failure" for each in told)

    def _report_settled(self) -> None:
        told = shorten(f"{self.bench.incident.id}: {NO_CONFLICT}", DESCRIPTION)
        try:
            send_report(self.bench, self.pull.head_sha, Report(CONFLICT, "success", told))
        except ForbiddenError as error:
            if self._is_red:
                raise
            self.bench.say(f"{self.pull.head_sha.short} cannot be marked as settled: {error.what}")
        failing = [
            each for each in self.pull.checks.checks if (each.name, each.state) == (CONFLICT, "failure")
        ]
        if not all(is_own(self.bench, each) for each in failing):
            self.bench.say(
                f"pull request #{self.pull.number} is still marked as failing by another token; an advance "
                "with that one lifts it"
            )


def foresee_settled(bench: Bench, pull: Pull) -> Pull:
    """Return a pull request as it is once its conflict is settled: no draft, and our report is lifted."""
    checks = tuple(
        replace(each, state="success") if each.name == CONFLICT and is_own(bench, each) else each
        for each in pull.checks.checks
    )
    return replace(pull, draft=False, checks=replace(pull.checks, checks=checks))
