"""`prepare.merge`: every fix is merged to main, or to the line where the order says so."""

from dataclasses import dataclass

from relauto.github import pull_merge
from relauto.github.pull_state import Pull
from relauto.model.facts import Facts
from relauto.model.incident import StepState
from relauto.model.names import Commit
from relauto.model.target import Place
from relauto.stages.auto_merge import follow_auto_merge
from relauto.stages.bench import Bench
from relauto.stages.claims import check_home
from relauto.stages.following import METHODS, choose_method, follow_pull, show_objections
from relauto.stages.investigate import find_pull, home_holds, home_holds_fixes, refuse_base
from relauto.stages.queueing import QUEUE, enqueue, follow_queue, needs_queue
from relauto.stages.step import Observation, Proved, Refused, Seal, Todo


@dataclass(frozen=True)
class MergeFix:
    """Merged, with the merge commit on the branch that the fix goes to first."""

    key: str = "prepare.merge"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Ask GitHub for each pull request and git whether its branch holds its merge commit."""
        known = bench.incident.record(place)
        if known and known.state is StepState.DONE and home_holds_fixes(bench):
            return Proved(known.facts, known.by_others)
        merged, ours = [], []
        for fix in bench.incident.current_fixes:
            pull = find_pull(bench, fix)
            if pull is None:
                return Refused(
                    f"the pull request of {fix} is gone",
                    todo="reopen it: every fix that is attached has to be merged",
                )
            if pull.state != "merged":
                return self._merge(bench, place, pull)
            if pull.merge_commit is None or not self._holds(bench, pull.merge_commit):
                return Refused(
                    f"pull request #{pull.number} is merged, but {bench.home} does not hold "
                    f"{pull.merge_commit or 'its merge commit'}, or holds a revert of it",
                    todo="find out who reverted it or rewrote the branch before going on",
                )
            ours.append(self._is_ours(bench, place, pull))
            merged.append(
                {
                    "pull": pull.number,
                    "url": pull.url,
                    "head": pull.head_sha,
                    "merge_commit": pull.merge_commit,
                }
            )
        return Proved({"merged": merged}, by_others=not any(ours))

    def _is_ours(self, bench: Bench, place: Place, pull: Pull) -> bool:
        """Return whether relauto merged it: of what it meant to merge others may have been the first."""
        mergers = {"merge": {bench.login}, "enqueue": {bench.login, QUEUE}}
        meant = (word for word in mergers if (place, f"{word}:{pull.number}") in bench.incident.intents)
        return any(pull.merged_by in mergers[word] for word in meant)

    def _holds(self, bench: Bench, commit: Commit) -> bool:
        """Look again when a queue may have merged between the look at the refs and that at GitHub."""
        if not bench.on_branch(bench.home, commit):
            bench.look("refs")
        return home_holds(bench, commit)

    def _merge(self, bench: Bench, place: Place, pull: Pull) -> Observation:
        if pull.state == "closed":
            return Refused(
                f"pull request #{pull.number} was closed without a merge",
                todo="reopen it: every fix that is attached has to be merged",
            )
        lacking = (
            refuse_base(bench, pull)
            or follow_queue(bench, place, pull)
            or follow_pull(bench, place, pull, bench.rules_of(bench.home))
            or check_home(bench)
        )
        lacking = follow_auto_merge(bench, place, pull, lacking, is_door=True)
        if lacking is not None:
            return lacking
        if needs_queue(bench, pull):
            return enqueue(bench, pull, is_door=True)
        method = choose_method(bench, pull, bench.settings.pull.method, METHODS)

        def run(_facts: Facts) -> None:
            # The number that GitHub would add is the private repository's; in public it is another's.
            title = pull.title if bench.public and method != "rebase" else None
            pull_merge.merge_pull(bench.source, pull, head=Commit(pull.head_sha), method=method, title=title)

        return Todo(
            f"merge:{pull.number}",
            f"merge pull request #{pull.number} to {bench.home} ({method}) at {pull.head_sha[:10]}",
            run,
            seal=Seal(
                pull.head_sha,
                {"pull": pull.number, "head": pull.head_sha, "method": method, "to": bench.home}
                | show_objections(pull),
            ),
            prepare=lambda: {"head": pull.head_sha, "method": method},
            changes=("refs", "pulls"),
        )
