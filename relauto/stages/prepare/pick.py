"""`prepare.pick`: every fix is on the line, and so is the version number where files carry it.

The pick is made in the object database and reaches the line by a pull request of its own (the
default) or by a direct push. What is on the line already is adopted, whoever put it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.git.became import find_became
from relauto.git.commit import Signature, parse_signature
from relauto.git.pick import Pick, pick
from relauto.git.presence import Presence, find_presence
from relauto.git.refs import RefUpdate
from relauto.github import pull_merge, pulls
from relauto.github.pull_merge import Method
from relauto.github.pull_state import Pull
from relauto.model.event import Facts
from relauto.model.incident import StepState
from relauto.model.names import Branch, Commit
from relauto.model.target import Place, Target
from relauto.stages import texts
from relauto.stages.bench import Bench, require_target
from relauto.stages.following import choose_method, equip_pull, finish_opening, follow_pull
from relauto.stages.prepare.bump import bump_files, find_bumps, is_bumped
from relauto.stages.step import Observation, Proved, Refused, Todo

# A rebase keeps author, message and trailer of each pick; a merge keeps the commits themselves;
# a squash keeps only what its message says.
KEEPING_TRAILERS: tuple[Method, ...] = ("rebase", "merge", "squash")


@dataclass(frozen=True)
class Made:
    """Picks made in the object database, not yet on any branch: each fix with its pick, in order."""

    picked: tuple[tuple[Commit, Pick], ...]
    bump: Commit | None
    head: Commit

    def describe(self) -> Facts:
        """Return what the journal keeps before anything is pushed."""
        picks = [
            {"fix": fix, "commit": result.commits[-1], "tree": result.tree, "verdict": result.verdict}
            for fix, result in self.picked
        ]
        return {"head": self.head, "picks": picks, "bumps": [self.bump] if self.bump else []}


@dataclass(frozen=True)
class PickFix:
    """The fix is on the line: by trailer, patch-id or tree."""

    key: str = "prepare.pick"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for each commit of each fix on the line, then at the pick's branch and pull request."""
        target = require_target(place)
        line = bench.head(target)
        series = self._series(bench)
        if isinstance(series, Refused):
            return series
        found = {commit: find_presence(bench.product, commit, line) for commit in series}
        missing = [commit for commit, presence in found.items() if presence is None]
        bumped = is_bumped(bench, target, line)
        if not missing and bumped:
            return self._prove(bench, place, target, {c: p for c, p in found.items() if p}, line)
        if bench.settings.pick.via == "push":
            return self._push(bench, target, missing, line)
        return self._by_pull(bench, place, target, missing, line)

    def _series(self, bench: Bench) -> list[Commit] | Refused:
        merged = bench.facts("prepare.merge").get("merged", ())
        series: list[Commit] = []
        for each in merged:  # type: ignore[attr-defined]
            became = find_became(bench.product, Commit(each["merge_commit"]), Commit(each["head"]))
            if not became.commits:
                return Refused(
                    f"pull request #{each['pull']} cannot be told apart on {bench.main}: {became.evidence}",
                    todo="pick by hand and push to the line; relauto recognises it",
                )
            series.extend(became.commits)
        if not series:
            return Refused("no fix is merged yet", todo="advance prepare.merge first")
        return series

    def _prove(
        self, bench: Bench, place: Place, target: Target, found: dict[Commit, Presence], line: Commit
    ) -> Observation:
        made = {
            each["fix"]: each for intent in self._intents(bench, place) for each in intent.get("picks", ())
        }
        known = bench.incident.record(place)
        if known and known.state is StepState.DONE and _stands(known.facts, found):
            return Proved(known.facts, known.by_others)
        branch = pick_branch(bench, target)
        pull = None if bench.settings.pick.via == "push" else bench.find_pull(branch, target.branch)
        picks = []
        for fix, presence in found.items():
            ours = made.get(fix)
            commit = presence.commit or ""
            picks.append(
                {
                    "fix": fix,
                    "pull": pull.number if pull and ours else None,
                    "url": pull.url if pull and ours else None,
                    "commit": commit,
                    "tree": ours["tree"] if ours else bench.product.commit(presence.commit or line).tree,
                    "status": "clean" if ours else "already",
                    "verdict": (ours["verdict"] or "") if ours else "",
                    "found_by": presence.by,
                    "made": ours["commit"] if ours else None,
                }
            )
        bumps = find_bumps(bench, target, line)
        return Proved(
            {
                "picks": picks,
                "bump": bumps[-1] if bumps else None,
                "bumps": bumps,
                "version": bench.plan(target).version,
                "merge": pull.merge_commit if pull else None,
            },
            by_others=not made,
        )

    def _intents(self, bench: Bench, place: Place) -> list[Facts]:
        return [intent.facts for (where, _), intent in bench.incident.intents.items() if where == place]

    def _by_pull(
        self, bench: Bench, place: Place, target: Target, missing: Sequence[Commit], line: Commit
    ) -> Observation:
        branch = pick_branch(bench, target)
        pull = bench.find_pull(branch, target.branch)
        if pull is None:
            return self._open(bench, target, branch, missing, line)
        if pull.state == "open":
            unfinished = finish_opening(bench, place, pull, bench.settings.pick.labels)
            return unfinished or self._merge(bench, target, pull)
        return Refused(
            f"pull request #{pull.number} is {pull.state}, but {target.line} lacks {_name(missing)}",
            todo="reopen it, or put the pick on the line by hand",
        )

    def _open(
        self, bench: Bench, target: Target, branch: Branch, missing: Sequence[Commit], line: Commit
    ) -> Observation:
        head = bench.ref(branch.ref)
        if head is None:
            made = self._make(bench, target, missing, line)
        else:
            made = self._make_again(bench, target, missing, line, head)
        if isinstance(made, Refused):
            return made

        def run(facts: Facts) -> None:
            if head is None:
                bench.mirror.push([RefUpdate(branch.ref, None, facts["head"])])
            title, body = texts.pick_pull(bench, target, made.picked, bumped=made.bump is not None)
            pull = pulls.open_pull(bench.source, head=branch, base=target.branch, title=title, body=body)
            equip_pull(bench, pull.number, bench.settings.pick.labels)

        return Todo(
            f"open-pick:{branch}",
            describe_pick(target, branch, _name(missing), bumped=made.bump is not None),
            run,
            prepare=made.describe,
            changes=("refs", "pulls"),
        )

    def _make_again(
        self, bench: Bench, target: Target, missing: Sequence[Commit], line: Commit, head: Commit
    ) -> Made | Refused:
        """Pick where the branch was pushed before: the same picks by the same hand get the same ids."""
        committer = parse_signature(bench.product.commit_object(head).committer)
        onto = bench.product.merge_base(line, head) or line
        made = self._make(bench, target, missing, onto, committer)
        if isinstance(made, Refused) or made.head == head:
            return made
        return Refused(
            f"{pick_branch(bench, target)} is at {head.short}, but {_name(missing)} picked onto "
            f"{onto.short} is {made.head.short}",
            todo=f"find out who pushed it; delete the branch, or put the pick on {target.line} by hand",
        )

    def _push(self, bench: Bench, target: Target, missing: Sequence[Commit], line: Commit) -> Observation:
        made = self._make(bench, target, missing, line)
        if isinstance(made, Refused):
            return made

        def run(facts: Facts) -> None:
            bench.mirror.push([RefUpdate(target.branch.ref, line, facts["head"])])

        return Todo(
            f"push-pick:{line[:12]}",
            describe_push(target, _name(missing), bumped=made.bump is not None),
            run,
            prepare=made.describe,
            changes=("refs", "pulls"),
        )

    def _make(
        self,
        bench: Bench,
        target: Target,
        missing: Sequence[Commit],
        line: Commit,
        committer: Signature | None = None,
    ) -> Made | Refused:
        committer = committer or bench.sign()
        head, picked = line, []
        for fix in missing:
            result = pick(bench.product, [fix], head, committer=committer)
            if result.status in ("conflict", "error"):
                return refuse_pick(target, fix, result)
            if result.commits:
                head = result.commits[-1]
                picked.append((fix, result))
        bump = bump_files(bench, target, head, bump_subject(bench, target), committer)
        return Made(tuple(picked), bump, bump or head)

    def _merge(self, bench: Bench, target: Target, pull: Pull) -> Observation:
        lacking = follow_pull(bench, pull)
        if lacking is not None:
            return lacking
        method = choose_method(bench, None, KEEPING_TRAILERS)

        def run(_facts: Facts) -> None:
            message = None
            if method == "squash":
                message = "\n\n".join(
                    commit.message
                    for commit in bench.product.commits(bench.head(target), Commit(pull.head_sha))
                )
            pull_merge.merge_pull(
                bench.source, pull, head=Commit(pull.head_sha), method=method, message=message
            )

        return Todo(
            f"merge-pick:{pull.number}",
            f"merge pull request #{pull.number} to {target.line} ({method}) at {pull.head_sha[:10]}",
            run,
            prepare=lambda: {"head": pull.head_sha, "method": method},
            changes=("refs", "pulls"),
        )


def _stands(facts: Facts, found: dict[Commit, Presence]) -> bool:
    told = {each["fix"]: each["commit"] for each in facts.get("picks", ())}
    return told == {str(fix): str(presence.commit or "") for fix, presence in found.items()}


def describe_pick(target: Target, branch: Branch, fixes: str, *, bumped: bool) -> str:
    """Return the sentence for a pick that goes by pull request."""
    bump = " and the version bump" if bumped else ""
    return f"push {branch} with {fixes} picked onto {target.line}{bump}, and open its pull request"


def describe_push(target: Target, fixes: str, *, bumped: bool) -> str:
    """Return the sentence for a pick that is pushed to the line."""
    return f"push {fixes} picked onto {target.line}" + (" and the version bump" if bumped else "")


def pick_branch(bench: Bench, target: Target) -> Branch:
    """Return the branch of the pick's pull request: the same for the same incident, line and fixes."""
    return Branch(f"relauto/pick/{target.line}/{bench.incident.id.lower()}-{len(bench.incident.fixes)}")


def bump_subject(bench: Bench, target: Target) -> str:
    """Return the subject of the commit that raises the version number."""
    return f"Bump version to {bench.plan(target).version}"


def refuse_pick(target: Target, fix: Commit, result: Pick) -> Refused:
    """Return why a pick that did not apply stops the incident, path by path."""
    if result.status == "error":
        return Refused(
            f"{fix.short} could not be picked onto {target.line}: {result.error}",
            todo=f"see that the clone has every object of {target.line} and the fix, then advance again",
        )
    paths = [{"path": conflict.path, "kind": conflict.kind} for conflict in result.conflicts]
    listed = "; ".join(f"{each['path']} ({each['kind']})" for each in paths)
    return Refused(
        f"{fix.short} conflicts with {target.line} in {listed}",
        todo=f"put the pick on {target.line} by hand (git cherry-pick -x); relauto recognises it",
        facts={"conflicts": paths, "fix": fix, "onto": target.line},
    )


def _name(commits: Sequence[Commit]) -> str:
    return ", ".join(commit.short for commit in commits) or "the version bump"
