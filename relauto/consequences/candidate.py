"""What follows from the candidate on: its files, CI and QA, the release and the hand-over."""

from collections.abc import Iterator

from relauto.consequences.ahead import AWAITED, Ahead, foresee_refusal, foresee_write
from relauto.errors import Status
from relauto.github.checks import Verdict, judge, look_at_checks
from relauto.model.names import Commit, Tag
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench
from relauto.stages.building.supply import foresee_artifacts, hold_prerelease
from relauto.stages.following import find_required
from relauto.stages.gates import is_waived
from relauto.stages.people import desk
from relauto.stages.prepare.landing import list_landings
from relauto.stages.prepare.pick import describe_content, list_series
from relauto.stages.prepare.prospects import Prospects
from relauto.stages.prepare.release import hold_release
from relauto.stages.prepare.verify import find_strangers
from relauto.stages.qa.asking import describe_request
from relauto.stages.step import Refused, Todo, Waiting
from relauto.stages.texts.releases import Content, read_content


def follow_candidate(bench: Bench, target: Target, action: str, subject: str) -> Iterator[Ahead]:
    """Yield what follows for a target from an action of the steps from the candidate on."""
    sending = bench.place("deploy.send", target)
    if action == "cut":
        yield from foresee_verification(bench, target, Tag(subject), Prospects.read(bench))
    elif action in ("publish", "adopt"):
        yield from _foresee_question(bench, target, Tag(subject), read_content(bench, target))
    elif action == "release":
        yield Ahead(sending, desk.describe_question(sending, "deploy.send"))
        yield Ahead(sending, "a person must approve the hand-over", Status.DECISION)
    else:
        yield Ahead(sending, desk.describe_question(sending, "deploy.acknowledge"))
        yield Ahead(sending, "the customer acknowledges the kit", Status.WAITING)


def foresee_verification(bench: Bench, target: Target, tag: Tag, ahead: Prospects) -> Iterator[Ahead]:
    """Tell what follows from a tag that is to be cut: who has to accept what, then the candidate's files."""
    place = bench.place("prepare.verify", target)
    if _has_strangers(bench, target):
        yield Ahead(place, desk.describe_question(place, "prepare.accept"))
        yield Ahead(place, "commits that are no part of the fix must be accepted", Status.DECISION)
        return
    found = foresee_artifacts(bench, place, target, tag, bench.release_head(target))
    if isinstance(found, Waiting):
        yield Ahead(place, found.reason, Status.WAITING)
    elif isinstance(found, Refused):
        yield from foresee_refusal(bench, place, found)
    else:
        yield from _foresee_artifacts(bench, target, tag, found, ahead)


def _foresee_artifacts(
    bench: Bench, target: Target, tag: Tag, todo: Todo, ahead: Prospects
) -> Iterator[Ahead]:
    place, content = bench.place("prepare.verify", target), ahead.describe(target, tag)
    word = todo.action.partition(":")[0]
    held = hold_prerelease(bench, place, target, tag, content) if word == "publish" else None
    if held:
        yield from foresee_refusal(bench, place, held)
        return
    yield foresee_write(place, todo.action, todo.sentence)
    if word in ("publish", "adopt"):
        yield from _foresee_question(bench, target, tag, content)
    else:
        yield Ahead(place, AWAITED[word], Status.WAITING)


def _has_strangers(bench: Bench, target: Target) -> bool:
    """Return whether the branch holds, as it stands, what is neither the fix nor its number nor accepted."""
    landing, known = list_landings(bench, target)[0], list_series(bench)
    series = {} if isinstance(known, Refused) else known
    found = {commit: there for commit, there in landing.find(list(series)).items() if there}
    picked = describe_content(bench, bench.place("prepare.pick", target), series, landing, found)
    return bool(find_strangers(bench, target, landing.head, picked))


def _foresee_question(bench: Bench, target: Target, tag: Tag, content: Content) -> Iterator[Ahead]:
    place = bench.place("prepare.verify", target)
    verdict = _judge_checks(bench, place, target)
    if verdict.state == "failed":
        yield Ahead(place, f"the checks of {tag}: {'; '.join(verdict.reasons)}", Status.DECISION)
        return
    decided = bench.facts("investigate.qa-decision").get("verify")
    if decided:
        yield foresee_write(place, "ask-qa", describe_request(bench, tag))
    elif verdict.state == "passed":
        releasing = bench.place("prepare.release", target)
        held = hold_release(bench, releasing, target, Commit(content.commit), content)
        if held:
            yield from foresee_refusal(bench, releasing, held)
            return
        yield Ahead(releasing, desk.describe_question(releasing, releasing.step))
        yield Ahead(releasing, "a person must approve the release", Status.DECISION)
        return
    yield Ahead(place, f"CI{' and QA look' if decided else ' looks'} at the candidate", Status.WAITING)


def _judge_checks(bench: Bench, place: Place, target: Target) -> Verdict:
    """Return what CI says of the candidate's commit by now: nothing of one that is yet to be made."""
    required = find_required(bench, target.branch)
    if not bench.facts("prepare.pick", target):
        return Verdict("pending" if required else "passed")
    cut = bench.facts("prepare.candidate", target)
    commit = Commit(str(cut["commit"])) if cut else bench.release_head(target)
    if is_waived(bench, place, "checks", commit):
        return Verdict("passed")
    return judge(bench.see("checks", look_at_checks(bench.source, commit)), required)
