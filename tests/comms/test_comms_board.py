"""The board: the same journal, the same page, with every step and whose turn it is."""

from datetime import timedelta

from msgspec.structs import replace

from relauto.comms.board import render_board
from relauto.model import event as events
from relauto.model.incident import fold
from relauto.model.playbook import Playbook, load_playbook, parse_playbook
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text
from tests.comms.world import CUT, HEAD, MERGED, PICK, PICKED, PULLS, START, TARGET, at, happen, opening, told

SMALL: Playbook = parse_playbook(
    """
name: small
version: 1
roles: {RM: release manager, QA: tester}
executive: {role: RM}
anchors: {resolution: prepare.reply}
stages:
  - key: prepare
    title: Prepare
    steps:
      - {key: prepare.merge,
         title: Merge the fix, roles: [RM], guidance: g, proof: p, automated: true, door: true}
      - {key: prepare.pick,
         title: Pick it, roles: [RM], guidance: g, proof: p, automated: true, scope: target}
      - {key: prepare.candidate,
         title: Cut it, roles: [RM], guidance: g, proof: p, automated: true, scope: target}
      - {key: prepare.verify,
         title: Verify it, roles: [QA], guidance: g, proof: p, automated: true, scope: target}
      - key: prepare.reply
        title: Tell the customer
        roles: [RM]
        guidance: g
        proof: p
        reply: {timeline: true}
        deadline: {since: escalation, minutes: 5}
""",
    "small",
)
BODIES = (
    events.DeskOpened(1, "http://127.0.0.1:8000/acme/ops/issues/1"),
    events.DoorReached(Place("prepare.merge"), HEAD, {}),
    events.DoorApproved(Place("prepare.merge"), HEAD, "http://127.0.0.1:8000/acme/ops/issues/1#2"),
    MERGED,
    PICKED,
    events.CommitAccepted(TARGET, "8" * 40, Text("harmless | @all"), "source"),
    CUT,
    events.CandidateRefused(at("prepare.candidate"), "v1.4.3-rc1", PICK, Text("a page is missing")),
    events.StepWaiting(at("prepare.verify"), "QA", Text("sign-off")),
    events.NoteAdded("decision", Text("we roll forward"), START + timedelta(minutes=15)),
)

BOARD = """\
# INC-7f3k: stockroom 1.4.2 at Globex

As of 2026-03-02 03:20 UTC. Down since 2026-03-02 03:00 UTC, 20 min so far; escalated 2026-03-02 03:10 UTC. 2 of 5 steps are settled.

Decisions are made at [the desk](http://127.0.0.1:8000/acme/ops/issues/1).

| line | candidate | verified | release | handed over |
| --- | --- | --- | --- | --- |
| `acme/stockroom@release-1.4` |  | no |  | no |

## Whose turn it is

- **RM**: `prepare.candidate on acme/stockroom@release-1.4` Cut it (refused): a page is missing
- **QA**: `prepare.verify on acme/stockroom@release-1.4` Verify it (waiting): sign-off

## Overdue

- `prepare.reply` Tell the customer: due 2026-03-02 03:15 UTC, 5 min late

## Prepare (2/5)

| | step | what | who | since | proof |
| --- | --- | --- | --- | --- | --- |
| ● done | `prepare.merge` | Merge the fix | relauto-bot | 2026-03-02 03:15 UTC | [PR 7](http://127.0.0.1:8000/acme/stockroom/pull/7), `ffffffffff` |
| ● done | `prepare.pick` | Pick it | relauto-bot | 2026-03-02 03:16 UTC | [PR 8](http://127.0.0.1:8000/acme/stockroom/pull/8), `aaaaaaaaaa`, identical |
| ✗ refused | `prepare.candidate` | Cut it | relauto-bot | 2026-03-02 03:19 UTC | a page is missing |
| ◔ waiting | `prepare.verify` | Verify it | QA | 2026-03-02 03:20 UTC | sign-off |
| ○ open | `prepare.reply` | Tell the customer |  |  |  |

## Doors

| door | what is shown | approved by |
| --- | --- | --- |
| `prepare.merge` | `dddddddddddddddddddddddddddddddddddddddd` | relauto-bot 2026-03-02 03:14 UTC |

## Refused candidates

- `v1.4.3-rc1` at `aaaaaaaaaa`: a page is missing

## Accepted by name

- `8888888888888888888888888888888888888888` on `acme/stockroom@release-1.4`, by relauto-bot: harmless \\| @\u200ball

## Notes

- 2026-03-02 03:15 UTC, decision, relauto-bot: we roll forward
"""  # noqa: E501


def test_the_board_is_whole() -> None:
    assert render_board(told(*BODIES), SMALL) == BOARD


def test_what_nobody_has_to_do_for_this_release_is_warned_of_before_the_turns() -> None:
    behind = events.LinesCompared(TARGET, 1, ("release-1.5",), ("release-1_6", "release-2"))
    board = render_board(told(*BODIES, behind), SMALL)
    warning = """\

**release-1.5 is supported and newer than release-1.4, and has not got the fix: who upgrades to it has the fault again.**

**Whether release-1\\_6 and release-2, supported and newer than release-1.4, got the fix cannot be told.**
"""  # noqa: E501
    assert board == BOARD.replace("\n## Whose turn", f"{warning}\n## Whose turn")


def test_the_same_journal_gives_the_same_board() -> None:
    assert render_board(told(*BODIES), SMALL) == render_board(told(*BODIES), SMALL)
    later = render_board(told(*BODIES), SMALL, START + timedelta(hours=2))
    assert "As of 2026-03-02 05:00 UTC" in later
    assert "**The outage has lasted over 1 h: every reply needs the RM in the loop.**" in later


def test_all_forty_steps_are_there() -> None:
    playbook = load_playbook()[0]
    board = render_board(told(PULLS), playbook)
    for step in playbook.steps:
        assert f"| `{step.key}` |" in board
    assert "1 of 40 steps are settled" in board


def test_several_lines_show_the_least_advanced_state_and_each_proof() -> None:
    other = Target("acme/stockroom", "release-1.3")
    conflict = events.StepRefused(
        Place("prepare.pick", other),
        Text("it does not apply"),
        {"conflicts": [{"path": "a.py", "kind": "content"}], "fix": PICK, "onto": HEAD},
    )
    board = render_board(told(PICKED, conflict, first=opening(targets=(TARGET, other))), SMALL)
    row = next(line for line in board.splitlines() if line.startswith("| ✗ refused | `prepare.pick`"))
    assert "`acme/stockroom@release-1.3`, it does not apply, `a.py`" in row
    assert "`acme/stockroom@release-1.4`, [PR 8]" in row


def test_erased_words_and_people_are_said_to_be_erased() -> None:
    waiting = events.StepTicked(Place("prepare.merge"), Text(erased=True))
    incident = told(waiting)
    record = incident.steps[Place("prepare.merge")]
    assert record.actor == Person("relauto-bot")
    assert "| relauto-bot | 2026-03-02 03:12 UTC | (erased) |" in render_board(incident, SMALL)


def stand_at_door(*yes: str) -> str:
    """Return the board at a door that needs two of three, where some have said yes."""
    reached = events.DoorReached(Place("prepare.merge"), HEAD, {}, 2, 0, Text("robin-rm, sasha-rm, kim-rm"))
    approved = events.DoorApproved(Place("prepare.merge"), HEAD, "source")
    first, *said = happen(reached, *[approved] * len(yes))[-1 - len(yes) :]
    given = [replace(event, actor=Person(login)) for event, login in zip(said, yes, strict=True)]
    return render_board(fold([*happen(), first, *given]), SMALL)


def wait_for_review(*, again: bool) -> list[str]:
    """Return whose turn it is at a door behind a review, which has to be given once more if `again`."""
    waiting = events.StepWaiting(Place("prepare.merge"), "reviewer", Text("0 of 1 approval"))
    reached = events.DoorReached(Place("prepare.merge"), HEAD, {}, 1, 0, Text("robin-rm"))
    board = render_board(told(waiting, reached, *[waiting] * again), SMALL)
    return [line for line in cut(board, "Whose turn it is").splitlines() if line]


def test_what_a_step_waited_for_before_its_door_is_nobodys_turn_any_more() -> None:
    door = "- **robin-rm**: `prepare.merge` Merge the fix (open): nobody has said yes yet; 1 more needed"
    assert wait_for_review(again=False) == [door]
    review = "- **reviewer**: `prepare.merge` Merge the fix (waiting): 0 of 1 approval"
    assert wait_for_review(again=True) == [door, review]


def cut(board: str, title: str) -> str:
    return board.partition(f"## {title}\n\n")[2].partition("\n## ")[0].strip()


def test_a_door_that_needs_two_names_who_has_said_yes_and_who_is_needed() -> None:
    turn = "- **{}**: `prepare.merge` Merge the fix (open): {} more needed"
    row = f"| door | what is shown | approved by |\n| --- | --- | --- |\n| `prepare.merge` | `{HEAD}` | "
    board = stand_at_door()
    told_ = turn.format("robin-rm, sasha-rm, kim-rm", "nobody has said yes yet; 2")
    assert cut(board, "Whose turn it is") == told_
    assert cut(board, "Doors") == f"{row}nobody yet; 2 more needed, of robin-rm, sasha-rm, kim-rm |"
    board = stand_at_door("robin-rm")
    told_ = turn.format("sasha-rm, kim-rm", "robin-rm said yes; 1")
    assert cut(board, "Whose turn it is") == told_
    assert cut(board, "Doors").endswith("robin-rm 2026-03-02 03:13 UTC; 1 more needed, of sasha-rm, kim-rm |")
    board = stand_at_door("robin-rm", "robin-rm")
    assert cut(board, "Whose turn it is") == told_, "one counts once"
    assert "needed" not in stand_at_door("robin-rm", "kim-rm")
