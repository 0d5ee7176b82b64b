"""What is to be written so that followed pull requests show how far they have come.

Each write is due while GitHub shows something else, so that nothing is written twice, whoever looks.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

from relauto.comms.progress import key_of_progress
from relauto.github import pull_page, pulls
from relauto.github.comments import delete_comment, edit_comment, list_marked, post_comment
from relauto.github.markers import mark
from relauto.github.pull_page import Page, Report
from relauto.model.names import Commit
from relauto.stages.bench import Bench
from relauto.stages.debt import DEBTS
from relauto.stages.logins import list_writers
from relauto.stages.prepare.drafts import CONFLICT
from relauto.stages.prepare.replaced import CLOSING
from relauto.stages.progress.followed import Followed, list_followed
from relauto.stages.progress.telling import Tags, Told, tell
from relauto.stages.reporting import send_report

_OPENING = frozenset({"open-pull", "open-pick", "open-draft", "open-proposal"})
_MERGING = frozenset({"merge", "merge-pick"})
_MOVING = frozenset({"investigate.pr", "prepare.merge", "prepare.pick"})
"""The steps whose every write a comment tells of; the debts' is told of, too."""

Deed = tuple[str, str]
"""The key of a step, and an action of it."""


@dataclass(frozen=True)
class Due:
    """One write at a pull request: `what` says it to people."""

    number: int
    what: str
    write: Callable[[], object]


def list_unshown(bench: Bench, deeds: Collection[Deed] = ()) -> list[Due]:
    """Return every write that is due, or would be once these `deeds` have put their tags.

    Raises:
        RemoteError: a pull request's page cannot be read.
    """
    words = {action.partition(":")[0]: action.partition(":")[2] for _, action in deeds}
    tags = Tags(words.get("cut", ""), words.get("release", ""))
    shown = [each for each in list_followed(bench) if each.draft or not bench.settings.progress.is_off]
    # Its report is sent with the deed, before the pull request can be merged.
    settled = {action.partition(":")[2] for _, action in deeds if action.startswith(("ready:", "lift:"))}
    return [
        due
        for followed in shown
        for due in _list_due(followed, tags)
        if due.what != CONFLICT or str(due.number) not in settled
    ]


def will_show(bench: Bench, deeds: Collection[Deed]) -> bool:
    """Return whether something will be due once these deeds are done, which nobody has done yet."""
    return any(_changes(bench, *deed) for deed in deeds) or bool(list_unshown(bench, deeds))


def _changes(bench: Bench, step: str, action: str) -> bool:
    """Return whether an action that opens or merges something changes what is shown."""
    progress, (word, _, subject) = bench.settings.progress, action.partition(":")
    if word == "ready":
        return progress.is_comment
    opens, numbers = word in _OPENING, {str(followed.number) for followed in list_followed(bench)}
    if (
        word in ("open-bump", "lift", CLOSING)
        or (word == "enqueue" and subject not in numbers)
        or not (opens or numbers)
    ):
        return False
    if progress.is_comment and (step in _MOVING or step in DEBTS):
        return True
    if opens:
        return bool(progress.is_checks or progress.label_open or progress.milestone)
    return word in _MERGING and bool(progress.label_open or progress.label_merged)


def describe_showing() -> str:
    """Return the sentence for all that is shown at pull requests in one go."""
    return "show at the pull requests how far they have come"


def _list_due(followed: Followed, tags: Tags) -> Iterator[Due]:
    bench, number, page, told = followed.bench, followed.number, _look(followed), tell(followed, tags)
    if told.comment is not None:
        yield from _comment(followed, told.comment)
    if followed.pull and page.head == followed.pull.head_sha:
        yield from _report(bench, number, page, told.reports)
    yield from _label(bench, number, page, told)
    if told.milestone and page.milestone is None:
        title = told.milestone
        yield Due(number, "milestone", lambda: pull_page.set_milestone(bench.source, number, title))


def _look(followed: Followed) -> Page:
    bench = followed.bench
    return bench.see("pages", pull_page.look_at_page(bench.source, followed.number), alone=True)


def _comment(followed: Followed, text: str) -> Iterator[Due]:
    """Yield what makes the text stand there once: everybody may comment, with a marker of ours, too."""
    bench, number = followed.bench, followed.number
    key, trusted = key_of_progress(bench.incident.id), list_writers(bench)
    wanted, ours = mark(key, text), list_marked(_look(followed).comments, key, trusted)
    if not ours:
        yield Due(number, "comment", lambda: _post(bench, number, key, wanted, trusted))
        return
    first, *doubles = ours
    if not _is_same(first.body, wanted):
        yield Due(number, "comment", lambda: edit_comment(bench.source, first.id, key, wanted))
    for double in doubles:
        yield Due(number, "comment", partial(delete_comment, bench.source, double.id))


def _post(bench: Bench, number: int, key: str, text: str, trusted: frozenset[str]) -> None:
    made = post_comment(bench.source, number, key, text, absent=True, by=trusted)
    if not _is_same(made.body, text):
        # Another run was first, and may have known less.
        edit_comment(bench.source, made.id, key, text)


def _is_same(one: str, other: str) -> bool:
    # GitHub keeps line ends and blanks at the end as it likes.
    return [line.rstrip() for line in one.split("\n")] == [line.rstrip() for line in other.split("\n")]


def _report(bench: Bench, number: int, page: Page, told: tuple[Report, ...]) -> Iterator[Due]:
    """Yield the reports that are not there as they shall be; another incident's are left alone."""
    for wanted in told:
        there = [each for each in page.reports if each.name == wanted.name]
        foreign = [each for each in there if not each.text.startswith(f"{bench.incident.id}: ")]
        if wanted not in there and not foreign:
            yield Due(number, wanted.name, partial(send_report, bench, Commit(page.head), wanted))


def _label(bench: Bench, number: int, page: Page, told: Told) -> Iterator[Due]:
    """Yield what brings the label of the step there, and takes away those of steps before it.

    One that stands for more is left: another incident may have come further with the same pull request.
    """
    progress = bench.settings.progress
    order = {
        "open": progress.label_open,
        "merged": progress.label_merged,
        "released": progress.label_released,
    }
    if told.step is None:
        return
    steps, held = list(order), {label.lower() for label in page.labels}
    at = steps.index(told.step)
    before, after = ([order[step] or "" for step in part] for part in (steps[:at], steps[at + 1 :]))
    wanted = order[told.step]
    is_ahead = any(label.lower() in held for label in after if label)
    if wanted and wanted.lower() not in held and not is_ahead:
        yield Due(number, "label", lambda: pulls.add_labels(bench.source, number, [wanted], absent=True))
    for label in before:
        if label and label.lower() in held:
            yield Due(number, "label", partial(pull_page.remove_label, bench.source, number, label))
