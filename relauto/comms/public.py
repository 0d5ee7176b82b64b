"""Public texts: pull requests and release notes. They are made of public facts alone.

None of these values has room for a customer's name or data; an incident is its opaque id.
"""

from dataclasses import dataclass, replace

from relauto.comms.neutral import shorten
from relauto.comms.proofs import Artifact
from relauto.comms.rendering import Markdown, Renderer, shipped
from relauto.errors import InputError
from relauto.model.event import Order

TITLE = 256
"""Characters that GitHub takes as the title of a pull request or an issue."""

NOTES = 125_000
"""Characters that GitHub takes as a release's notes."""

_OTHERS_LISTED = 400


@dataclass(frozen=True)
class FixText:
    """A fix's pull request to the branch `main`; `lines` are the release lines that it is meant for."""

    incident: str
    branch: str
    head: str
    main: str
    lines: tuple[str, ...]
    order: Order = "main-first"


@dataclass(frozen=True)
class Change:
    """A commit as people know it: its subject, its id, its pull request if any."""

    subject: str
    commit: str
    pull: int | None = None
    url: str = ""


@dataclass(frozen=True)
class PickText:
    """A pick's pull request.

    `fix` is the full id of the commit on the main branch, `commit` the pick's. `verdict` compares
    the two changes (`identical`, `context`, `changed`); `resolvers` settled conflicts, if any.
    `resolved` are the paths they settled. `range_diff` is what git-range-diff(1) says of the two changes.
    """

    incident: str
    line: str
    fix: str
    fix_subject: str
    fix_pull: int | None
    fix_url: str
    commit: str
    verdict: str
    status: str
    resolvers: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    range_diff: str = ""


@dataclass(frozen=True)
class ConflictText:
    """A path that a pick does not apply to.

    `line` are the commits that changed the same lines on the branch, `main` those from before the fix that
    the branch has not, newest first; of very many the newest.
    """

    path: str
    kind: str
    line: tuple[Change, ...] = ()
    main: tuple[Change, ...] = ()


@dataclass(frozen=True)
class DraftText:
    """A pick's pull request in which a conflict is left for a person: `commit` is its head, with markers.

    `before` are the picks below it, `rest` the fixes behind it, which the person picks too. `needs` are the
    earlier commits after which it applies, `barred` those of the branch without which it would, and `lacking`
    the earlier ones with which; with `in_part` what they did to the files in conflict. `fetch` and
    `push` are the commands around the person's work. `resolvers` have settled it, as `resolved` shows; with
    none it is left as git left it. `weighed` says which remedy people more often committed where there are
    two. `unlisted` is how many paths there are besides `conflicts`.
    """

    incident: str
    line: str
    fix: str
    fix_subject: str
    fix_pull: int | None
    fix_url: str
    commit: str
    conflicts: tuple[ConflictText, ...]
    before: tuple[str, ...]
    rest: tuple[str, ...]
    bump: str
    needs: tuple[Change, ...]
    barred: tuple[Change, ...]
    fetch: str
    push: str
    resolvers: tuple[str, ...] = ()
    resolved: str = ""
    unlisted: int = 0
    lacking: tuple[Change, ...] = ()
    in_part: bool = False
    weighed: str = ""


@dataclass(frozen=True)
class BumpText:
    """The pull request with a version bump alone: `commit` writes `version` into the files `paths`."""

    incident: str
    line: str
    version: str
    commit: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class NotesText:
    """A release's notes: `fixes` are why it exists, `others` were on the line already."""

    product: str
    version: str
    tag: str
    commit: str
    previous: str
    candidate: str
    fixes: tuple[Change, ...]
    others: tuple[Change, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


def make_marker(incident: str, step: str, *parts: str) -> Markdown:
    """Return the invisible mark by which relauto finds its own texts again."""
    return Markdown(f"<!-- relauto:{':'.join((incident, step, *parts))} -->")


def make_title(subject: str, onto: str = "") -> str:
    """Return the title of a pull request: a commit's subject, and the branch it is picked onto."""
    return shorten(f"[{onto}] {subject}" if onto else subject, TITLE)


def render_fix(text: FixText, renderer: Renderer | None = None) -> str:
    """Return the body of the pull request that brings a fix to the branch that it goes to first."""
    marker = make_marker(text.incident, "investigate.pr", text.branch)
    return (renderer or shipped()).render("pull_request/fix.md", fix=text, marker=marker)


def render_pick(text: PickText, renderer: Renderer | None = None) -> str:
    """Return the body of the pull request that brings a pick to a line."""
    marker = make_marker(text.incident, "prepare.pick", text.fix, text.line)
    return (renderer or shipped()).render("pull_request/pick.md", pick=text, marker=marker)


def render_draft(text: DraftText, renderer: Renderer | None = None) -> str:
    """Return the body of the pull request in which a conflict is left for a person."""
    marker = make_marker(text.incident, "prepare.pick", text.fix, text.line)
    return (renderer or shipped()).render("pull_request/draft.md", draft=text, marker=marker)


def render_replaced(incident: str, number: int, url: str, renderer: Renderer | None = None) -> str:
    """Return the word at a draft that is closed since another pull request takes its place."""
    told = {"incident": incident, "number": number, "url": url}
    return (renderer or shipped()).render("pull_request/replaced.md", **told)


def render_bump(text: BumpText, renderer: Renderer | None = None) -> str:
    """Return the body of the pull request that brings the version bump alone to a line."""
    marker = make_marker(text.incident, "prepare.pick", text.version, text.line)
    return (renderer or shipped()).render("pull_request/bump.md", bump=text, marker=marker)


def render_notes(text: NotesText, renderer: Renderer | None = None) -> str:
    """Return a release's notes; of very many other commits only the newest are listed.

    Raises:
        InputError: they are longer than GitHub takes even without the other commits.
    """
    count = min(_OTHERS_LISTED, len(text.others))
    while True:
        left = len(text.others) - count
        listed = replace(text, others=text.others[left:])
        notes = (renderer or shipped()).render("release/notes.md", notes=listed, left=left)
        if len(notes) <= NOTES:
            return notes
        if not count:
            raise InputError(
                f"the notes of {text.tag} have {len(notes)} characters, and GitHub takes {NOTES}",
                todo="shorten the template release/notes.md in templates_dir",
            )
        count //= 2
