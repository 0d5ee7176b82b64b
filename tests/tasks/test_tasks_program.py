import json
import subprocess  # noqa: TID251 - what a process loads, prints and ends with
import sys
from pathlib import Path

import pytest
from invoke import Collection, Context, task  # noqa: TID251 - tasks are what is tested
from invoke.exceptions import Exit  # noqa: TID251

import relauto as package
from relauto.errors import InputError, RelautoError, RemoteError, Status, WaitingError
from relauto.tasks.edge import guard_tasks
from relauto.tasks.program import RelautoProgram
from tests.tasks.conftest import Relauto

ROOT = Path(package.__file__).parents[1]
BIN = Path(sys.executable).parent
HEAVY = {"github", "git", "flask", "jinja2", "msgspec", "rich", "yaml", "tenacity", "graphql", "requests"}

LISTED = """\
Subcommands:

  accept              Accept a commit beside the fix, or a lost step as it is.
  advance             Bring the incident as far as it can go now; safe to run
                      again.
  approve             Approve exactly what is shown at a door; without
                      --subject, show it.
  attach              Attach a further fix to an incident.
  cast                Send the people of a sample hub to do what is theirs now.
  coverage            Show which fixes are on which release lines, and where
                      one is missed or was taken back.
  doctor              Say before the first write what is in place and what will
                      be refused; nothing is written.
  fail                Say that the release did not help: the next round of
                      stages 4 to 6 begins.
  hub                 Serve the embedded GitHub from a folder until
                      interrupted.
  init                Write what an adopter begins with, each file explained;
                      again, it renews what nobody changed.
  join                Put this incident's fix into the release that another
                      incident is making.
  next                Say what happens next and who must act, from the journal.
  note                Put something on record, at the moment it happened.
  on-event            Look at what an event of GitHub may be about, and bring
                      it forward.
  open                Open an incident: a customer is down, and a fix has to
                      reach them.
  pick                Pick fixes onto release lines, without a checkout, and
                      say for each line how it went.
  plan                List what advance would write now, up to the next wait,
                      and write nothing.
  rehearse            Run the whole path against an embedded GitHub, with a
                      cast for the people.
  reopen              Let a lost, refused, skipped or ticked step be done
                      again.
  replay              Pick again what a history has picked before; compare.
  skip                Say that a step will not be done, with a reason that
                      stays visible.
  status              Show the board: every step, what is next, who must act.
  tick                Say that a step is done by hand, with evidence.
  unpushed            Show what waits on this machine to go on record.
  waive               Let a gate stand open for one commit, until a moment.
  withdraw            Take back a fix that was attached.
  bench.cold          Pick with nothing here but a URL, and compare with a
                      whole clone.
  bench.picks         Measure picks beside merge-tree, worktrees and cherry-
                      picker.
  candidate.attach    Attach a file that others built to a candidate; repeat it
                      for each file.
  candidate.publish   Publish the files that a workflow of the product has
                      built, as the prerelease of their tag.
  clock.check         Make good what was missed: look at every open incident,
                      and say what is due.
  journal.redact      Erase what people said, or who they are, from the journal
                      for good; say what stays elsewhere.
  journal.verify      Check the incident's log for edits, cuts, reordering and
                      foreign commits; say what cannot be known.
  notice.preview      Render a notice from today's facts; nothing is written.
  prove.crashes       Kill relauto at every request and every append to the
                      journal, and compare.
  prove.faults        Let every request of the whole path fail in every way,
                      and compare.
  prove.journal       Let many write to the journal at once: no event is lost
                      or doubled.
  prove.races         Let several at once advance, open and decide, and
                      compare.
  qa.show             Show the page that QA was given for a candidate.
  qa.sign             Give QA's verdict on exactly one candidate; the page's
                      items have to be ticked all the same.
  qa.sync             Put on record what QA's issue says by now, and show who
                      ticked what and what is open.
  release.free        Give up a version and its line: its incident makes no
                      release of it. Burned numbers stay burned.

"""


def end(body: object) -> RelautoProgram:
    """Return a program with one task, `end`, that does this."""

    @task(name="end")
    def end_(_c: Context) -> None:
        if isinstance(body, BaseException):
            raise body
        raise SystemExit(body)

    made = Collection(end_)
    guard_tasks(made)
    return RelautoProgram(name="relauto", binary="relauto", version="0", namespace=made)


def status_of(program: RelautoProgram, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        program.run(["relauto", *(arguments or ["end"])])
    return int(ended.value.code or 0)


def start(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["frobnicate"], "No idea what 'frobnicate' is!"),
        (["status", "--frobnicate"], "No idea what '--frobnicate' is!"),
        (["status", "--id"], "needed value and was not given one"),
        (["tick"], "did not receive required positional arguments: 'step'"),
        (["hub", "folder", "--port", "eighty"], "an option takes a number, and 'eighty' is none\n"),
    ],
)
def test_a_misspelt_call_ends_with_2_and_one_message(
    relauto: Relauto, arguments: list[str], what: str
) -> None:
    ended = relauto(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err
    assert ended.err.startswith("relauto: ")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "error", [InputError("no file", todo="name one"), WaitingError("CI runs"), RemoteError("off")]
)
def test_an_error_on_purpose_is_one_message_and_its_status(
    error: RelautoError, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(end(error)) == error.status
    assert capsys.readouterr().err == f"relauto: {error}\n"


@pytest.mark.parametrize("status", [Status.REACHED, Status.DECISION, Status.WAITING])
def test_a_task_ends_with_the_status_that_it_names(status: Status) -> None:
    assert status_of(end(int(status))) == status


def test_ctrl_c_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(end(KeyboardInterrupt())) == 130
    assert "run again to go on" in capsys.readouterr().err


def test_what_the_machine_refuses_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(end(PermissionError(13, "Permission denied", "/dev/null/x"))) == 2
    assert "Permission denied: '/dev/null/x'" in capsys.readouterr().err


def test_an_exit_of_invokes_own_keeps_its_code() -> None:
    assert status_of(end(Exit(code=7))) == 7


def test_without_exit_an_error_is_raised_as_it_is() -> None:
    error = InputError("no file")
    with pytest.raises(InputError) as raised:
        end(error).run(["relauto", "end"], exit=False)
    assert raised.value is error


def test_a_bug_keeps_its_traceback_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(
        "from relauto.tasks.program import program\n"
        "def fall(c, id='', json=False): raise ZeroDivisionError('a bug')\n"
        "program.namespace['status'].body = fall\n"
        "program.run(['relauto', 'status'])\n"
    )
    ended = start(sys.executable, "buggy.py", folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Traceback (most recent call last)")
    assert ended.stderr.endswith("ZeroDivisionError: a bug\n")


def test_a_bug_tells_no_secret(tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(
        "from relauto.redaction import learn\n"
        "from relauto.tasks import connect\n"
        "from relauto.tasks.program import program\n"
        "def fall(id):\n"
        "    learn('canary-of-a-token')\n"
        "    raise KeyError('canary-of-' + 'a-token')\n"
        "connect.reader = fall\n"
        "program.run(['relauto', 'status'])\n"
    )
    ended = start(sys.executable, "buggy.py", folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Traceback (most recent call last)")
    assert ended.stderr.endswith("KeyError: '***'\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_an_instruction_that_cannot_be_read_is_bad_input(
    relauto: Relauto, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "qa.yaml"
    if content:
        path.write_bytes(content)
    ended = relauto("attach", "--fix", "fix/sell", "--instruction", str(path))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"relauto: {path} cannot be read: ")
    assert ended.err.endswith("\n  name a file with --instruction\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("pick", "--repo", "nowhere", "--fix", "main", "--onto", "line"),
            "nowhere is not a directory\n  name the folder of a repository\n",
        ),
        (
            ("pick", "--from", "nowhere", "--fix", "main", "--onto", "line"),
            (
                "the address of a repository is an http, https, ssh or file URL, or a path\n"
                "  write it like https://github.com/acme/till.git, or begin a path with /\n"
            ),
        ),
        (
            ("replay", "--html", "nowhere/page.html"),
            (
                "nowhere/page.html cannot be written: there is no such folder\n"
                "  make the folder, or name another place with --html\n"
            ),
        ),
        (("attach",), "attach needs one of --fix and --pull\n  name a branch or a pull request\n"),
        (("withdraw",), "withdraw needs one of --fix and --pull\n  name the one that was attached\n"),
    ],
)
def test_bad_input_is_told_with_what_to_do_now(relauto: Relauto, words: tuple[str, ...], said: str) -> None:
    ended = relauto(*words)
    assert (ended.status, ended.out, ended.err) == (2, "", f"relauto: {said}")


def test_the_tasks_are_listed() -> None:
    ended = start(str(BIN / "relauto"), "--list", folder=ROOT)
    assert (ended.returncode, ended.stdout) == (0, LISTED)


def test_invoke_in_the_checkout_lists_the_same_tasks() -> None:
    ended = start(str(BIN / "inv"), "--list", folder=ROOT)
    assert ended.returncode == 0
    assert ended.stdout.replace("Available tasks:", "Subcommands:") == LISTED


def test_plain_invoke_tells_an_error_without_a_traceback() -> None:
    ended = start(str(BIN / "inv"), "rehearse", "--scenario", "nope", folder=ROOT)
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "relauto: the rehearsal's call has 1 fault:\n  - there is no scenario 'nope'"
    )


def test_every_task_tells_every_option_and_has_a_dry_run_if_it_writes(tmp_path: Path) -> None:
    # In a process of its own: Invoke takes the texts off a task when its options are first asked for.
    code = (
        "import json; from relauto.tasks import namespace as all;"
        "print(json.dumps({n: {o.name: o.help for o in all[n].get_arguments()} for n in all.task_names}))"
    )
    tasks = json.loads(start(sys.executable, "-c", code, folder=tmp_path).stdout)
    assert not [
        (name, option) for name, options in tasks.items() for option, text in options.items() if not text
    ]
    reads = {"coverage", "doctor", "status", "next", "plan", "journal.verify", "qa.show", "notice.preview"}
    assert {name for name, options in tasks.items() if "dry_run" not in options} == reads


def loaded_by(module: str, folder: Path) -> set[str]:
    code = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    return set(json.loads(start(sys.executable, "-c", code, folder=folder).stdout))


def test_nothing_heavy_is_loaded_before_a_task_runs(tmp_path: Path) -> None:
    added = loaded_by("relauto.tasks.program", tmp_path) - loaded_by("invoke", tmp_path)
    assert "relauto.tasks.program" in added
    assert not {name.partition(".")[0] for name in added} & HEAVY


@pytest.mark.parametrize("way", [["--dry", "rehearse"], ["rehearse", "--dry-run"]])
def test_a_dry_rehearsal_is_none(relauto: Relauto, tmp_path: Path, way: list[str]) -> None:
    ended = relauto(*way, "--out", "made")
    assert (ended.status, ended.out) == (0, f"would rehearse into {tmp_path / 'made'}; nothing was done\n")
    assert not (tmp_path / "made").exists()


def test_a_dry_hub_serves_nothing(relauto: Relauto, tmp_path: Path) -> None:
    assert relauto("--dry", "hub", "state").out == "would serve state; nothing was done\n"
    assert not (tmp_path / "state").exists()


def test_a_pipe_that_was_closed_is_no_fault(tmp_path: Path) -> None:
    ended = start(
        "bash", "-c", f"set -o pipefail; '{BIN / 'relauto'}' --help rehearse | true", folder=tmp_path
    )
    assert "Traceback" not in ended.stderr


def test_another_projects_tasks_can_mount_these(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(
        "from invoke import Collection\nimport relauto.tasks\nnamespace = Collection()\n"
        "namespace.add_collection(relauto.tasks.namespace, name='relauto')\n"
    )
    listed = start(str(BIN / "inv"), "--list", folder=tmp_path)
    assert "  relauto.journal.verify " in listed.stdout
    ended = start(str(BIN / "inv"), "relauto.advance", folder=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"relauto: there is no relauto.toml in {tmp_path} or above it\n")
