"""The desk: what is decided stands there whole, and the printed command is the one that counts."""

import re
from datetime import timedelta

import pytest

from relauto.comms import desk
from relauto.comms.story import tell
from relauto.model.commands import Command, parse_commands
from relauto.model.playbook import load_playbook
from relauto.model.target import Place
from relauto.rehearsal.cast.desk import blocks
from relauto.settings.options import Contacts
from tests.comms.world import HEAD, HUB, PICK, START, SUMS, at, told

DOOR = """\
### May this be merged?

`INC-7f3k`

The pull request below goes to the branch named here, at exactly this head.

| what | which |
| --- | --- |
| pull request | [PR 7](http://127.0.0.1:8000/acme/stockroom/pull/7) |
| head | `dddddddddddddddddddddddddddddddddddddddd` |
| title | Count @\u200bpages \\| again |

Answer with exactly this, on a line of its own:

```relauto-command
/approve prepare.merge dddddddddddddddddddddddddddddddddddddddd
```
"""


def test_a_door_shows_what_is_decided_and_how_to_answer() -> None:
    facts = [
        desk.Shown("pull request", "PR 7", f"{HUB}/pull/7"),
        desk.Shown("head", HEAD),
        desk.Shown("title", "Count @pages | again", words=True),
    ]
    commands = [desk.approve_command("prepare.merge", HEAD)]
    assert desk.render_door("prepare.merge", Place("prepare.merge"), facts, commands, told()) == DOOR


@pytest.mark.parametrize("door", desk.DOORS)
def test_every_door_prints_its_commands_in_one_block(door: str) -> None:
    commands = [desk.accept_command(PICK), desk.accept_command(HEAD)]
    comment = desk.render_door(door, at("prepare.release"), [desk.Shown("line", "x")], commands, told())
    assert blocks(comment) == [("relauto-command", "\n".join(commands) + "\n")]
    assert parse_commands(comment) == [], "what is printed is no answer yet"


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (desk.approve_command("deploy.send", SUMS), Command("approve", "deploy.send", SUMS)),
        (desk.accept_command(PICK), Command("accept", "", PICK, "own")),
        (desk.accept_loss_command("prepare.pick", PICK), Command("accept", "prepare.pick", PICK, "own")),
        (desk.reopen_command("prepare.pick"), Command("reopen", "prepare.pick", "", "own")),
        (desk.waive_command("prepare.pick:leak"), Command("waive", "", "prepare.pick:leak", "own", "4h")),
        (desk.decision_command(), Command("tick", "investigate.qa-decision", "", "yes: own")),
        (desk.acknowledge_command(SUMS), Command("acknowledge", "", SUMS, "own")),
    ],
)
def test_a_printed_command_is_understood_with_words_of_ones_own(line: str, command: Command) -> None:
    filled = re.sub("REASON|WORDS", "own", line)
    assert parse_commands(filled) == [command]
    assert parse_commands(line) == ([command] if line == filled else [])


def test_a_text_to_decide_on_is_shown_whole() -> None:
    text = "State: **fixed**\n\n```\nsha256sum\n```\n"
    comment = desk.render_door(
        "reply", Place("prepare.reply"), [], ["/approve prepare.reply 12345678"], told(), text=text
    )
    assert ("text", text) in blocks(comment)


def test_the_desks_issue_names_customer_lines_and_commands() -> None:
    story = tell(
        told(), load_playbook()[0], now=START + timedelta(hours=1), contacts=Contacts(), product="Stockroom"
    )
    body = desk.render_desk(story)
    assert body.startswith("# INC-7f3k: Stockroom 1.4.2 at Globex\n")
    assert "- `acme/stockroom@release-1.4`\n" in body
    assert parse_commands(body) == []
