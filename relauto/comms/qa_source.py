"""The QA instruction of a history whose product cannot be run: what git can prove about its content.

The commands read commits and trees only, so a clone without blobs is enough.
"""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relauto.comms.neutral import is_clean
from relauto.counting import name_count
from relauto.model.qa import Outcome, QaInstruction, QaStep

SHOWN_PATHS = 20
"""How many paths of a pick a command names at most."""

_GIT = "git --literal-pathspecs -C product.git"


_GROWN_FROM_OLD = QaStep(
    id="grown-from-old",
    do="see that the candidate grew from the old build",
    run="git -C product.git merge-base --is-ancestor {old} {candidate}",
    expect=Outcome(0),
)


@dataclass(frozen=True)
class PickedPaths:
    """A pick on the line and the paths it changed there, version files left out."""

    commit: str
    paths: tuple[str, ...]


def source_instruction(picks: Sequence[PickedPaths], old_tag: str) -> QaInstruction:
    """Return an instruction that shows by `git` alone that the candidate holds the picks.

    `picks` are in the order in which they sit on the line; a path is compared with the last pick
    that changed it. Every step's command ends 0 on the candidate and 1 on the old build.

    Raises:
        ValueError: there is no pick.
    """
    if not picks:
        raise ValueError("an instruction needs at least one pick")
    steps: list[QaStep] = []
    for number, pick in enumerate(picks, 1):
        steps.append(_hold_commit(number, pick))
        later = {path for other in picks[number:] for path in other.paths}
        paths = [path for path in pick.paths if path not in later and _is_showable(path)]
        if paths:
            steps.append(_hold_content(number, pick.commit, paths))
    return QaInstruction(
        summary=f"The candidate holds the content of {len(picks)} pick(s), and {old_tag} does not.",
        steps=tuple(steps),
        regression=(_GROWN_FROM_OLD,),
        evidence=("the output and exit status of every command above",),
    )


def _hold_commit(number: int, pick: PickedPaths) -> QaStep:
    return QaStep(
        id=f"pick-{number}-commit",
        do=f"see whether pick {pick.commit[:10]} is part of the build",
        run=f"git -C product.git merge-base --is-ancestor {pick.commit} {{tag}}",
        expect=Outcome(0),
        before=Outcome(1),
    )


def _hold_content(number: int, commit: str, paths: Sequence[str]) -> QaStep:
    shown = paths[:SHOWN_PATHS]
    count = (
        f"{len(shown)} of {len(paths)} paths" if len(shown) < len(paths) else name_count(len(paths), "path")
    )
    return QaStep(
        id=f"pick-{number}-content",
        do=f"compare {count} of pick {commit[:10]} with the build",
        run=f"{_GIT} diff-tree -r --quiet --exit-code {commit} {{tag}} -- {_words(shown)}",
        expect=Outcome(0),
        before=Outcome(1),
    )


def _is_showable(path: str) -> bool:
    # A brace could be read as a placeholder when the page is rendered.
    return is_clean(path) and "\n" not in path and "{" not in path


def _words(paths: Iterable[str]) -> str:
    return " ".join(shlex.quote(path) for path in paths)
