"""Public texts: whole, made of public facts, and without a word about a customer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from relauto.comms.guard import find_leaks, list_terms
from relauto.comms.proofs import Artifact
from relauto.comms.public import (
    BumpText,
    Change,
    ConflictText,
    DraftText,
    FixText,
    NotesText,
    PickText,
    render_bump,
    render_draft,
    render_fix,
    render_notes,
    render_pick,
)
from relauto.comms.resolved import WEIGHED
from relauto.guard.guard import Guard, Passage
from relauto.guard.terms import Term
from relauto.model import event as events
from relauto.model.words import Text
from tests.comms.world import FIX, HEAD, HUB, PICK, START, told

FIX_TEXT = FixText("INC-7f3k", "fix/last-page", HEAD, "main", ("release-1.4", "release-1.3"))
PICK_TEXT = PickText(
    incident="INC-7f3k",
    line="release-1.4",
    fix=FIX,
    fix_subject="Count @pages | again ::warning::",
    fix_pull=7,
    fix_url=f"{HUB}/pull/7",
    commit=PICK,
    verdict="context",
    status="resolved",
    resolvers=("changelog",),
    resolved=("docs/a|b.md",),
    range_diff="1:  aa ! 1:  bb Count\n    + ```@pages <!-- relauto:INC-7f3k:progress -->\u202e\x1b[2J",
)
DRAFT_TEXT = DraftText(
    incident="INC-7f3k",
    line="release-1.4",
    fix=FIX,
    fix_subject="Count @pages",
    fix_pull=7,
    fix_url=f"{HUB}/pull/7",
    commit=HEAD,
    conflicts=(
        ConflictText("docs/a|b.md", "content", (Change("Cut | it", PICK),), (Change("Write @it", HEAD),)),
        ConflictText("new.txt", "modify/delete"),
    ),
    before=(PICK,),
    rest=(),
    bump="1.4.3",
    needs=(Change("Write @it", HEAD, 5), Change("Write more", PICK)),
    barred=(),
    fetch="git fetch origin x",
    push="git push origin y",
)
NOTES_TEXT = NotesText(
    product="Stockroom",
    version="1.4.3",
    tag="v1.4.3",
    commit=PICK,
    previous="v1.4.2",
    candidate="v1.4.3-rc1",
    fixes=(Change("Count the last page", PICK, 7, f"{HUB}/pull/7"),),
    others=(Change("Log less", HEAD),),
    artifacts=(Artifact("stockroom.pyz", "c" * 64),),
)

FIX_BODY = """\
Brings `fix/last-page` to `main`; the change under review is `dddddddddddddddddddddddddddddddddddddddd`.

It belongs to `INC-7f3k` and is urgent. Once merged, it will be picked to `release-1.4`, `release-1.3` and released from there.

Whoever reviews: the approval counts for exactly this head. A push after it asks for another look.

<!-- relauto:INC-7f3k:investigate.pr:fix/last-page -->
"""  # noqa: E501

BUMP_BODY = """\
Raises the version number to `1.4.3` on `release-1.4`, and changes nothing else.

| what | which |
| --- | --- |
| commit | `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` |
| files | `VERSION`, `setup.cfg` |
| incident | `INC-7f3k` |

It is urgent: the release is cut once this is merged.

<!-- relauto:INC-7f3k:prepare.pick:1.4.3:release-1.4 -->
"""
PICK_BODY = """\
Picks `ffffffffffffffffffffffffffffffffffffffff` onto `release-1.4`.

| what | which |
| --- | --- |
| change | Count @\u200bpages \\| again :\u200b:warning:\u200b: ([PR 7](http://127.0.0.1:8000/acme/stockroom/pull/7)) |
| picked commit | `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` |
| compared with the original | context |
| conflict markers left in it | none |
| how it was made | resolved, with `changelog` |
| incident | `INC-7f3k` |

These paths did not apply as they were and were settled; please look at them closely:
- `docs/a\\|b.md`

What is different in the pick, as `git range-diff` tells it:

````diff
1:  aa ! 1:  bb Count
    + ```@pages <\u200b!-- relauto:INC-7f3k:progress -->\ufffd\ufffd[2J
````

Please merge it so that the commit's message is kept: its last line names the commit it was picked from.

<!-- relauto:INC-7f3k:prepare.pick:ffffffffffffffffffffffffffffffffffffffff:release-1.4 -->
"""  # noqa: E501

DRAFT_BODY = """\
**A person has to finish this; it must not be merged as it is.** `ffffffffffffffffffffffffffffffffffffffff` does not apply to `release-1.4`. The head of this pull request holds what git made of it, with conflict markers.

| what | which |
| --- | --- |
| change | Count @\u200bpages ([PR 7](http://127.0.0.1:8000/acme/stockroom/pull/7)) |
| head, with the conflict | `dddddddddddddddddddddddddddddddddddddddd` |
| applied before it | `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` |
| version number | raised to `1.4.3` |
| incident | `INC-7f3k` |

### What is in conflict

| path | how | changed on `release-1.4` by | changed before the fix, and not there, by |
| --- | --- | --- | --- |
| `docs/a\\|b.md` | content | `aaaaaaaaaa` Cut \\| it | `dddddddddd` Write @\u200bit |
| `new.txt` | modify/delete |  |  |

The fix applies once these earlier changes are picked first, in this order. That was tried; whether they belong there is for people to decide.

- `dddddddddddddddddddddddddddddddddddddddd` Write @\u200bit: `relauto attach --pull 5`
- `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` Write more

What is attached is picked as a fix of its own. relauto then opens another pull request, and closes this one unless somebody has pushed to it.

### How to finish it

In a clone of this repository:

```sh
git fetch origin x
```

Settle the conflict: edit the files until no conflict marker is left in them, `git rm` what shall go, `git add` what is new. Then:

```sh
git push origin y
```

What is pushed here stays as it is: relauto never writes to this branch again. It looks for what is left of the conflict, asks a person on the roster to accept exactly that commit, and then goes on. To push once more, begin with the first command.

<!-- relauto:INC-7f3k:prepare.pick:ffffffffffffffffffffffffffffffffffffffff:release-1.4 -->
"""  # noqa: E501

NOTES = """\
Stockroom 1.4.3 is a dot release on top of `v1.4.2`. It is the commit `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, the same that was verified as `v1.4.3-rc1`.

## Fixed

- Count the last page ([PR 7](http://127.0.0.1:8000/acme/stockroom/pull/7)), `aaaaaaaaaa`

## Also in this release

- Log less, `dddddddddd`

## Files

| file | SHA-256 |
| --- | --- |
| `stockroom.pyz` | `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` |

Check them with `sha256sum --check --strict SHA256SUMS` in the folder that you downloaded them to.
"""  # noqa: E501


def test_the_drafts_pull_request() -> None:
    assert render_draft(DRAFT_TEXT) == DRAFT_BODY


def test_a_draft_tells_how_many_paths_it_does_not_list_and_what_another_push_begins_with() -> None:
    told = render_draft(replace(DRAFT_TEXT, unlisted=5, rest=("e" * 40,)))
    row = "| `new.txt` | modify/delete |  |  |\n"
    wanted = DRAFT_BODY.replace(row, f"{row}| and 5 more | | | |\n").replace(
        "the first command.",
        "the first commands, commit on top what you change (`git commit --all`), and end with the last "
        "command alone: what was picked is there already.",
    )
    pushed = "```sh\ngit push origin y\n```\n"
    behind = "\nThe pick behind it may stop in turn: settle that as git says, and push then.\n"
    assert told == wanted.replace(pushed, pushed + behind)


def test_the_draft_of_what_rules_settled() -> None:
    text = replace(
        DRAFT_TEXT, resolvers=("adjacent",), resolved="  a, from line 1\n    line   | ```<!-- relauto:x"
    )
    body = render_draft(text)
    assert body.startswith("**A person has to judge this; it must not be merged unseen.**")
    assert "````text\n  a, from line 1\n    line   | ```<\u200b!-- relauto:x\n````\n" in body
    assert "conflict marker" not in body


def cut(body: str, start: str, end: str) -> str:
    return body[body.index(start) : body.index(end)]


INSTEAD = f"""\
### How it was settled

```text
  a, from line 1
```

Without any rule the fix applies once these earlier changes are picked first, in this order. That was tried; whether they belong there is for people to decide.

- `{HEAD}` Write @\u200bit: `relauto attach --pull 5`
- `{PICK}` Write more

What is attached is picked as a fix of its own. relauto then opens another pull request, and closes this one unless somebody has pushed to it.

Which of the two is likelier: of 62 conflicts with both remedies people had committed what rules propose in 46, the fix as it is after its prerequisites in 6; where these had been picked first, there was none to count.

"""  # noqa: E501


def test_what_would_do_instead_stands_behind_what_rules_settled() -> None:
    text = replace(DRAFT_TEXT, resolvers=("adjacent",), resolved="  a, from line 1", weighed=WEIGHED)
    assert cut(render_draft(text), "### How it was settled", "### How to finish it") == INSTEAD


WRITE, LOG = (Change("Write it", HEAD),), (Change("Log it", PICK),)
BARRED = f"""\
It would apply without these commits of `release-1.4`, which was tried; that says why, and is no advice to take them back.

- `{HEAD}` Write it

"""  # noqa: E501
BOTH = f"""\
It would apply without these commits of `release-1.4`, and with the earlier changes below, which was tried; that says why, and is no advice to take them back.

- `{HEAD}` Write it

The earlier changes, which it builds on:

- `{PICK}` Log it

"""  # noqa: E501
BOTH_IN_PART = f"""\
It would apply without what these commits of `release-1.4` changed in the files in conflict, and with the earlier changes below, which was tried; that says why, and is no advice to take them back.

- `{HEAD}` Write it

The earlier changes, which it builds on (what they did to the files in conflict):

- `{PICK}` Log it

"""  # noqa: E501
LACKING = f"""\
It would apply with what these earlier changes did to the files in conflict, which was tried; that says why, and no pick brings that alone.

- `{PICK}` Log it

"""  # noqa: E501


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"barred": WRITE}, BARRED),
        ({"barred": WRITE, "lacking": LOG}, BOTH),
        ({"barred": WRITE, "lacking": LOG, "in_part": True}, BOTH_IN_PART),
        ({"lacking": LOG, "in_part": True}, LACKING),
    ],
)
def test_a_draft_tells_what_else_is_behind_a_conflict(told: dict[str, Any], text: str) -> None:
    body = render_draft(replace(DRAFT_TEXT, needs=(), **told))
    assert cut(body, "It would apply", "### How to finish it") == text


def test_the_fixs_pull_request() -> None:
    assert render_fix(FIX_TEXT) == FIX_BODY


def test_the_picks_pull_request() -> None:
    assert render_pick(PICK_TEXT) == PICK_BODY


def test_the_bumps_own_pull_request() -> None:
    text = BumpText("INC-7f3k", "release-1.4", "1.4.3", "a" * 40, ("VERSION", "setup.cfg"))
    assert render_bump(text) == BUMP_BODY


def test_the_releases_notes() -> None:
    assert render_notes(NOTES_TEXT) == NOTES


def test_nothing_of_the_customer_is_public() -> None:
    words = Text("their warehouse in Springfield stands still")
    incident = told(events.NoteAdded("customer", words, START + timedelta(hours=1)))
    guard = Guard({"globex": list_terms(incident), "": (Term("repository", "acme/ops"),)})
    for text in (FIX_BODY, PICK_BODY, NOTES):
        assert guard.find([Passage("the text", text)]) == ()
        for more, noun in (
            ("for GLOBEX.", "the alias of a customer"),
            (words, "what was noted about a customer"),
            ("see acme/ops", "the name of a private repository"),
        ):
            found = guard.find([Passage("the text", f"{text}\n{more}")])
            assert list(map(str, found)) == [f"the text holds {noun}"]


def test_short_note_is_no_term_of_its_own() -> None:
    incident = told(events.NoteAdded("customer", Text("the last"), START + timedelta(hours=1)))
    assert [term.kind for term in list_terms(incident)] == ["alias"]


def test_customer_reads_neither_logins_nor_branches_of_ours() -> None:
    bodies = (events.FixAttached(branch="fix/last-page"),)
    found = find_leaks(Guard(), [Passage("the reply", "see fix/last-page")], told(*bodies))
    assert list(map(str, found)) == ["the reply holds the name of a branch"]
