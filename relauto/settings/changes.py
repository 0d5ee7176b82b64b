"""How a change gets from its pull request to the release lines."""

from collections.abc import Iterator
from typing import Annotated, Literal

from relauto.settings.tables import Table, describe


class Pull(Table, frozen=True):
    """Pull requests that relauto opens."""

    labels: Annotated[
        tuple[str, ...], describe("labels put on the fix's pull request", examples=[("sev1",)])
    ] = ()
    reviewers: Annotated[tuple[str, ...], describe("logins asked to review", examples=[("dana",)])] = ()
    method: Annotated[
        Literal["merge", "squash", "rebase"] | None,
        describe(
            "how the fix is merged; default: the first that the repository allows of squash, merge, rebase"
        ),
    ] = None
    approvals: Annotated[int, describe("people who must have approved the exact head commit", ge=0)] = 1


class Pick(Table, frozen=True):
    """How a cherry-pick, and the version bump after it, reach the line."""

    via: Annotated[Literal["pull", "push"], describe("by pull request, or pushed to the line directly")] = (
        "pull"
    )
    bump: Annotated[
        Literal["with", "own"],
        describe(
            "where the version bump comes: with the picks, or on its own, once they are on the line: by a "
            "pull request or a push as `via` says"
        ),
    ] = "with"
    labels: Annotated[
        tuple[str, ...],
        describe("labels put on the pick's pull request, and the bump's", examples=[("backport",)]),
    ] = ()
    verify: Annotated[
        tuple[str, ...],
        describe(
            "a program and its arguments, run without a shell in an export of the files before a pick is "
            "pushed, which is refused where that fails; empty: nothing is run",
            examples=[("make", "test")],
        ),
    ] = ()
    verify_timeout: Annotated[float, describe("seconds that it may take", gt=0, le=86_400)] = 600
    verify_in_workflows: Annotated[
        bool,
        describe(
            "run it in workflows on GitHub, too, where picks are refused otherwise: whatever it runs of the "
            "product works beside relauto there, can read relauto's token, and write wherever relauto may"
        ),
    ] = False
    conflicts: Annotated[
        Literal["draft", "stop"],
        describe(
            "what becomes of a pick that conflicts: a draft pull request with what git left, which a person "
            "finishes and relauto merges only once that is accepted by name; or nothing is pushed. Picks "
            "that are pushed to the line stop in either case"
        ),
    ] = "draft"
    resolvers: Annotated[
        tuple[str, ...],
        describe(
            "rules that propose what becomes of a conflict in such a draft, by name or `all`: a person has "
            "to accept it all the same; empty: none",
            examples=[("adjacent", "policy")],
        ),
    ] = ()
    conflict_label: Annotated[
        str | None, describe("label on such a draft while it is not settled; absent: none")
    ] = "conflict"


class PathPolicy(Table, frozen=True):
    """Which side counts where a pick conflicts in certain files."""

    pattern: Annotated[
        str,
        describe(
            "the paths, with * for anything, / too; without any / it is matched with the file's name alone",
            min_length=1,
            examples=["package-lock.json"],
        ),
    ]
    take: Annotated[
        Literal["line", "fix", "regenerate"],
        describe(
            "the line's file as it is, the fix's, or the line's until `command` has made it anew",
            examples=["regenerate"],
        ),
    ]
    command: Annotated[
        str | None,
        describe(
            "makes the file anew; relauto tells it to people", examples=["npm install --package-lock-only"]
        ),
    ] = None

    def list_faults(self) -> Iterator[str]:
        """Yield what does not fit together."""
        if (self.take == "regenerate") != (self.command is not None):
            yield f"path_policies: {self.pattern!r} needs a command to be regenerated, and only then"


class PickLabel(Table, frozen=True):
    """A label by which somebody on the roster lets a pull request's change go to a line."""

    name: Annotated[str, describe("the label", min_length=1, examples=["CherryPick/Approved"])]
    line: Annotated[
        str,
        describe(
            "the line that it stands for; {milestone} is the title of the pull request's milestone",
            min_length=1,
            examples=["release-{milestone}"],
        ),
    ] = "{milestone}"


class Progress(Table, frozen=True):
    """What relauto shows at the pull requests that it follows, of how far they have come."""

    show: Annotated[
        Literal["comment", "checks", "both", "off"],
        describe(
            "one comment that is edited in place; checks `relauto / scope`, `relauto / leak` and "
            "`relauto / pick forecast`, on picks `relauto / conflict` (commit statuses where the token is no "
            "GitHub App's); both; or nothing"
        ),
    ] = "comment"
    label_open: Annotated[
        str | None,
        describe("label while the pull request is open; absent: none", examples=["sev1: in review"]),
    ] = None
    label_merged: Annotated[
        str | None, describe("label from its merge to the release; absent: none", examples=["sev1: merged"])
    ] = None
    label_released: Annotated[
        str | None,
        describe("label once what it brought is released; absent: none", examples=["sev1: released"]),
    ] = None
    milestone: Annotated[
        str | None,
        describe(
            "title of the milestone of one that has none, made where it is missing; {version} is the "
            "release's; absent: none",
            examples=["{version}"],
        ),
    ] = None

    @property
    def is_comment(self) -> bool:
        """Whether there is a comment."""
        return self.show in ("comment", "both")

    @property
    def is_checks(self) -> bool:
        """Whether there are checks."""
        return self.show in ("checks", "both")

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that relauto puts on and takes away, in the order in which one follows the other."""
        return tuple(filter(None, (self.label_open, self.label_merged, self.label_released)))

    @property
    def is_off(self) -> bool:
        """Whether nothing is shown at all."""
        return self.show == "off" and not self.labels and self.milestone is None

    def list_faults(self) -> Iterator[str]:
        """Yield what does not fit together."""
        if len({label.lower() for label in self.labels}) < len(self.labels):
            yield "progress: two of its labels are the same, and so would say nothing"
