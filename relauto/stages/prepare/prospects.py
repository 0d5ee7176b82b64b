"""What branches will hold once what is foreseen is done: commits that are made here and on no branch yet.

They are made as relauto and GitHub will make them; ids, and the numbers that GitHub gives, are others then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import msgspec

from relauto.comms.proofs import Pick, Picks
from relauto.git.commit import CommitObject
from relauto.git.merge import merge
from relauto.git.scope import list_scope
from relauto.github.pull_state import Pull
from relauto.model.names import Branch, Commit, Tag
from relauto.model.target import Place, Target
from relauto.picking.became import find_became
from relauto.stages.bench import Bench
from relauto.stages.following import METHODS, choose_method
from relauto.stages.investigate import find_pull
from relauto.stages.prepare.bringing import judge, make
from relauto.stages.prepare.landing import Landing, Part, list_landings
from relauto.stages.prepare.pick import describe_content, list_series
from relauto.stages.step import Refused
from relauto.stages.texts.releases import Content


@dataclass
class Prospects:
    """What is foreseen of branches: `series` is what the fixes become where they go first.

    It is None where that cannot be told; then nothing is foreseen of what follows from it. `heads` are the
    tips to come of branches, `drafts` the branches whose pick will be left to a person, with whether all that
    is left is to accept it, `picks` what the release's branch will hold of the fixes.
    """

    bench: Bench
    series: Sequence[Commit] | None
    heads: dict[Branch, Commit] = field(default_factory=dict)
    drafts: dict[Branch, bool] = field(default_factory=dict)
    picks: list[Pick] = field(default_factory=list)

    @classmethod
    def read(cls, bench: Bench) -> "Prospects":
        """Return what is known once the fixes are merged."""
        series = list_series(bench)
        return cls(bench, None if isinstance(series, Refused) else list(series))

    @classmethod
    def foresee(cls, bench: Bench) -> "Prospects":
        """Return what is to come once every pull request of a fix is merged, as each would be now."""
        head = bench.ref(bench.home.ref)
        series: list[Commit] = []
        pulls = [find_pull(bench, fix) for fix in bench.incident.current_fixes]
        for pull in pulls:
            merged = _merge(bench, pull, head) if pull and head else None
            if merged is None:
                return cls(bench, None)
            series += merged[0]
            head = merged[1]
        return cls(bench, series, {bench.home: head} if head else {})

    def bring(self, place: Place, landing: Landing, part: Part) -> Refused | None:
        """Take in what a part brings to its branch, and return what holds that up, if anything does."""
        if self.series is None or landing.bench is not self.bench:
            return None
        found = landing.find(self.series) if part.fixes else {}
        missing = [commit for commit, there in found.items() if there is None]
        if part.fixes and not missing:
            return None
        onto = self.heads.get(landing.branch, landing.head)
        made = make(landing, missing, onto)
        if isinstance(made, Refused):
            return made
        self.heads[landing.branch] = made.head
        if made.unsettled:
            self.drafts[landing.branch] = made.unsettled.is_proposed
        if landing.branch == self.bench.release_branch(landing.target):
            self.picks += [Pick(fix, result.commits[-1]) for fix, result in made.picked]
        return judge(landing, place, missing, made, onto)

    def describe(self, target: Target, tag: Tag) -> Content:
        """Return what a candidate that is cut then would be made of."""
        bench, landing = self.bench, list_landings(self.bench, target)[0]
        known = list_series(bench)
        series = {} if isinstance(known, Refused) else known
        found = {commit: there for commit, there in landing.find(list(series)).items() if there}
        held = describe_content(bench, bench.place("prepare.pick", target), series, landing, found)
        picked = msgspec.convert(held, Picks)
        head = self.heads.get(landing.branch, landing.head)
        marks = [Commit(bench.plan(target).base_commit), landing.head, head]
        entries = [entry for span in pairwise(marks) for entry in list_scope(bench.product, *span)]
        picked = msgspec.structs.replace(picked, picks=(*picked.picks, *self.picks))
        return Content(tag, head, entries, picked)


def _merge(bench: Bench, pull: Pull, onto: Commit) -> tuple[Sequence[Commit], Commit] | None:
    """Return what a pull request becomes on a branch at `onto`, and the tip then; None if unknown."""
    head, product = Commit(pull.head_sha), bench.product
    if pull.state == "merged" and pull.merge_commit:
        found = find_became(product, pull.merge_commit, head).commits
        return (found, onto) if found else None
    base = product.merge_base(onto, head)
    if base is None:
        return None
    own = product.list_commits("--no-merges", f"{base}..{head}")
    method = choose_method(bench, pull, bench.settings.pull.method, METHODS)
    if method == "rebase":
        return own, head
    told = product.commit_object(head)
    whole = replace(told, parents=(base,))
    settled = merge(product, base, product.commit(onto).tree, product.write_object(whole))
    if settled.conflicts:
        return None
    made = product.write_object(
        CommitObject(
            settled.tree,
            (onto, head) if method == "merge" else (onto,),
            told.author,
            bench.sign().line,
            _write_joined(bench, pull) if method == "merge" else _write_squashed(bench, pull, own),
        )
    )
    return [made], made


def _write_joined(bench: Bench, pull: Pull) -> str:
    """Return the message of a merge commit: with relauto's title in private, else GitHub's own."""
    owner = (pull.head_repository or bench.source.repository).partition("/")[0]
    title = f"Merge pull request #{pull.number} from {owner}/{pull.head_ref}"
    return f"{pull.title if bench.public else title}\n\n{pull.title}\n"


def _write_squashed(bench: Bench, pull: Pull, own: Sequence[Commit]) -> str:
    """Return the message of a squash: the only commit's, else the title and a list of them.

    https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
    """
    messages = [bench.product.commit(commit).message.strip() for commit in own]
    subject, _, body = messages[0].partition("\n") if len(own) == 1 else (pull.title, "", "")
    title = pull.title if bench.public else f"{subject} (#{pull.number})"
    told = body.strip() if len(own) == 1 else "\n\n".join(f"* {each}" for each in messages)
    return f"{title}\n\n{told}".strip() + "\n"
