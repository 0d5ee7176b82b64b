"""Everything that reads what others wrote: a name, how it reads, and inputs near good ones.

A parser returns, or refuses with one of its `refusals`; anything else would reach a user as a traceback.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as some

from relauto.comms import neutral
from relauto.comms.qa_items import read_items
from relauto.comms.rendering import Renderer
from relauto.errors import RelautoError
from relauto.git.commit import CommitObject, describe
from relauto.git.message import find_origins, find_pull, find_reverted
from relauto.github.faults import Reply, find_limit, find_retry_after, read_problem, read_reset
from relauto.hub.packets import find_pack, parse_moves
from relauto.hub.place import ApiError
from relauto.journal.codec import Decoder, encode_event, read_events, split_lines
from relauto.journal.format import START, digest_line, parse_meta
from relauto.journal.queue import Queue, make_unpushed
from relauto.journal.words import Words, parse_payloads
from relauto.model import names
from relauto.model.commands import parse_commands
from relauto.model.event import Event, NoteAdded
from relauto.model.gate import parse_gate
from relauto.model.moment import parse_duration, parse_end, parse_moment
from relauto.model.playbook import parse_playbook
from relauto.model.qa import parse_instruction
from relauto.model.roster import parse_roster
from relauto.model.version import find_releases, parse_tag, parse_version
from relauto.model.words import Person, Text
from relauto.picking.patch import parse_patch
from relauto.resources import find_resource
from relauto.settings.file import parse_settings
from relauto.stages.investigate import read_decision
from tests.fuzz.mutants import bytes_near, documents_near, mutants_of

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
COMMIT = "5a1c" * 10


@dataclass(frozen=True)
class Parser:
    """One of them; `refusals` are the errors by which it says no."""

    read: Callable[[Any], object]
    inputs: some.SearchStrategy[Any]
    refusals: tuple[type[Exception], ...] = (RelautoError,)


SETTINGS = """\
checks.required = ["unit tests"]
version_files = [{path = "VERSION", pattern = "{version}"}]
[repositories]
source = "acme/stockroom"
ops = "acme/ops"
[waiting]
poll = 30
[build]
by = "command"
command = "make"
[signing]
format = "ssh"
[tool.relauto]
"""
ROSTER = '[roles]\nRM = ["robin", "sasha"]\nQA = ["quinn"]\n[deeds]\nwaive = ["dana"]\n'
COMMANDS = f"""\
/approve prepare.merge {COMMIT}
/accept prepare.merge 5a1c5a1c it is fine
/tick escalate.bridge they talk
/skip escalate.call nobody
/reopen prepare.pick again
/waive prepare.verify:qa 4h it is night
/withdraw fix/crash wrong
/acknowledge {COMMIT}{COMMIT[:24]} received
/qa pass v1.0.1-rc1
/fail deploy.production no
```
/approve prepare.release {COMMIT}
```
<!-- /skip escalate.call hidden -->
> /tick escalate.bridge quoted
"""
PAGE = "- [x] do it <!-- relauto:qa:smoke -->\n- [ ] look <!-- relauto:qa:scope-1 -->\n```sh\n- [x] no\n```\n"
MESSAGE = f"""\
Fix the crash (#12)

(cherry picked from commit {COMMIT})
This reverts commit {COMMIT}.
Signed-off-by: Dana <dana@acme.example>
"""
STORED = (
    f"tree {COMMIT}\nparent {COMMIT}\nauthor Dana <d@acme.example> 1767225600 +0100\n"
    f"committer Dana <d@acme.example> 1767225600 -9999\nencoding latin-1\n\n{MESSAGE}"
)
DIFF = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n\\ No newline\n"
TEMPLATE = (
    "{% for fix in fixes %}{{ fix.subject | code }} {{ 'a' | link('https://x.example') }}{% endfor %}\n"
)
PROBLEM = {"message": "Validation Failed", "errors": [{"code": "already_exists", "field": "x", "n": 1}]}


def _make_journal() -> tuple[bytes, bytes]:
    words, head, lines, payloads = Words(), START, [], []
    for number in range(1, 4):
        body = NoteAdded("mitigated", Text("it runs again"), NOW, "")
        line, hidden = encode_event(Event(number, f"id-{number}", NOW, Person("robin"), body), head, words)
        lines.append(line)
        payloads += [msgspec.json.encode(each) for each in hidden]
        head = digest_line(line)
    return b"\n".join(lines) + b"\n", b"\n".join(payloads) + b"\n"


LINES, PAYLOADS = _make_journal()
META_JSON = msgspec.json.encode({"format": 1, "incident": "INC-1", "sequence": 3, "head": START})
UNPUSHED = msgspec.to_builtins(make_unpushed("INC-1", "note", {"text": "x"}, at=NOW, token="t"))


def _read_journal(content: bytes) -> list[Event]:
    return list(read_events(split_lines(content, "events"), Decoder(Words(), 0, START)))


def _read_queue(content: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.json").write_bytes(content)
        return Queue(Path(folder)).list()


def _render(template: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "odd.md").write_text(template, "utf-8", "replace", newline="")
        return Renderer(Path(folder)).render("odd.md", fixes=[{"subject": "Fix"}])


def _read_headers(value: str) -> tuple[object, ...]:
    reply = Reply(
        429, {"retry-after": value, "x-ratelimit-reset": value, "x-ratelimit-remaining": "0"}, value
    )
    return find_limit(reply, NOW), find_retry_after(reply), read_reset(reply, NOW)


def _show(text: str) -> None:
    shown = [neutral.plain(text), neutral.defuse(text), neutral.inline(text), neutral.code(text)]
    shown += [neutral.quote(text), neutral.link(text, text), neutral.web_address(text)]
    for line in shown[:4]:
        assert "\n" not in line
        assert "\x1b" not in line
    assert not any("::error::" in line for line in shown[1:5])


def _name(text: str) -> None:
    for kind in (names.Branch, names.Tag, names.Commit, names.RepositoryName):
        try:
            made = kind(text)
        except RelautoError:
            continue
        assert not made.startswith("-")
        assert not set(made) & set("\0\n\r ~^:?*[\\")


def _describe_commit(content: bytes) -> object:
    return describe(names.Commit(COMMIT), CommitObject.parse(content))


def _list_playbooks() -> Iterator[str]:
    text = (find_resource("playbook") / "sev1.yaml").read_text("utf-8")
    yield text[:1500]
    yield "schema: 1\nstages: []\n"


def _encode(document: Any) -> bytes:
    return msgspec.json.encode(document)


def _decode(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _find_qa() -> str:
    return (Path(__file__).parents[2] / "relauto/rehearsal/product/qa.yaml").read_text("utf-8")


PARSERS: dict[str, Parser] = {
    "settings": Parser(lambda text: parse_settings(text, "relauto.toml"), mutants_of(SETTINGS)),
    "settings in pyproject": Parser(
        lambda text: parse_settings(text, "pyproject.toml"), mutants_of(f"[tool.relauto]\n{SETTINGS}")
    ),
    "roster": Parser(lambda text: parse_roster(text, "roster.toml"), mutants_of(ROSTER)),
    "playbook": Parser(lambda text: parse_playbook(text, "sev1.yaml"), mutants_of(*_list_playbooks())),
    "QA instruction": Parser(lambda text: parse_instruction(text, "qa.yaml"), mutants_of(_find_qa())),
    "templates": Parser(_render, mutants_of(TEMPLATE)),
    "commands": Parser(parse_commands, mutants_of(COMMANDS), ()),
    "QA page": Parser(read_items, mutants_of(PAGE), ()),
    "words for people": Parser(_show, mutants_of(MESSAGE, COMMANDS, DIFF), ()),
    "names": Parser(_name, mutants_of("release-1.4", "v1.4.3-rc1", "acme/stockroom", COMMIT), ()),
    "tags": Parser(
        lambda text: find_releases([text, "v1.0.0"]) and parse_tag(text), mutants_of("v1.4.3-rc1"), ()
    ),
    "versions": Parser(parse_version, mutants_of("1.4.3", "1.4.3rc1", "2!1.0.post1+local")),
    "moments": Parser(
        lambda text: parse_moment(text, NOW), mutants_of("2026-03-01T02:10Z", "2026-03-01 02:10+01:00")
    ),
    "ends": Parser(lambda text: parse_end(text, NOW), mutants_of("4h", "90s", "2026-03-09T02:10Z")),
    "durations": Parser(parse_duration, mutants_of("4h", "1.5d")),
    "gates": Parser(parse_gate, mutants_of("prepare.verify:qa", "checks")),
    "QA's decision": Parser(read_decision, mutants_of("yes: to be sure", "no: it is small")),
    "commit messages": Parser(
        lambda text: (find_origins(text), find_reverted(text), find_pull(text)), mutants_of(MESSAGE), ()
    ),
    "commits": Parser(_describe_commit, bytes_near(STORED.encode())),
    "diffs": Parser(lambda raw: parse_patch(raw.splitlines()), bytes_near(DIFF.encode()), ()),
    "pushes": Parser(
        lambda body: (parse_moves(body), find_pack(body)),
        bytes_near(f"00a0{COMMIT} {COMMIT} refs/heads/main\0 report-status side-band-64k0000PACK".encode()),
        (ApiError,),
    ),
    "journal: events": Parser(_read_journal, bytes_near(LINES)),
    "journal: events of another shape": Parser(
        lambda document: _read_journal(_encode(document) + b"\n"),
        documents_near(msgspec.json.decode(LINES.split(b"\n")[0])),
    ),
    "journal: words": Parser(lambda content: list(parse_payloads(content, "words")), bytes_near(PAYLOADS)),
    "journal: head": Parser(parse_meta, bytes_near(META_JSON)),
    "unpushed records": Parser(
        _read_queue, bytes_near(_encode(UNPUSHED)) | documents_near(UNPUSHED).map(_encode)
    ),
    "refusals": Parser(
        lambda body: read_problem(body).texts(),
        mutants_of(_encode(PROBLEM).decode())
        | documents_near(PROBLEM).map(lambda each: _encode(each).decode()),
        (),
    ),
    "headers": Parser(_read_headers, some.text(some.characters(max_codepoint=255)) | mutants_of("60"), ()),
}
"""Every one of them, by what it reads."""
