"""The rules beside the steps: version files, kits, decisions, commands, what a desk may ask at once."""

import hashlib
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto import redaction
from relauto.command import run_command
from relauto.comms.desk import Shown
from relauto.errors import DecisionError, InputError
from relauto.model.playbook import load_playbook
from relauto.settings.candidates import VersionFile
from relauto.stages.building.artifacts import Artifact, digest_kit, write_sums
from relauto.stages.investigate import read_decision
from relauto.stages.people.desk import split_question
from relauto.stages.prepare.bump import raise_number
from relauto.stages.registry import ADVISORY, STEPS
from relauto.stages.step import Question

numbers = st.lists(st.integers(0, 99), min_size=2, max_size=4).map(lambda parts: ".".join(map(str, parts)))


def test_the_steps_are_those_that_the_playbook_automates_in_its_order():
    playbook, _ = load_playbook(None)
    assert list(STEPS) == [step.key for step in playbook.steps if step.automated and step.key in STEPS]
    assert all(step.key == key for key, step in STEPS.items())
    assert set(STEPS) >= ADVISORY


@given(numbers, numbers)
def test_a_number_is_raised_and_nothing_else(old, new):
    before = f'# 1.1.1 stays\n  version = "{old}"  # since {old}\nother = "{old}"\n'
    after = raise_number(before.encode(), VersionFile("a.py", 'version = "{version}"'), new).decode()
    assert after == f'# 1.1.1 stays\n  version = "{new}"  # since {old}\nother = "{old}"\n'


@pytest.mark.parametrize("old", ["1.0.0", "1.0.0-rc1", "1.0.0rc2", "1.0.0-SNAPSHOT", "1.0.1"])
def test_a_prerelease_is_raised_to_its_final(old):
    file = VersionFile("VERSION")
    raised = raise_number(f"{old}\r\n".encode(), file, "1.0.1")
    assert raised == b"1.0.1\r\n"
    assert raise_number(raised, file, "1.0.1") == raised


@pytest.mark.parametrize("content", ["", "version: 1.0.0\n", 'version = "one"\n'])
def test_a_file_without_the_number_is_refused(content):
    with pytest.raises(InputError, match="no line that matches"):
        raise_number(content.encode(), VersionFile("a.py", 'version = "{version}"'), "1.0.1")


def test_sums_are_what_sha256sum_reads():
    one, two = Artifact("a.tar.gz", b"a"), Artifact("b.zip", b"b")
    described = [one.describe(), two.describe()]
    sums = write_sums(described)
    assert sums == f"{hashlib.sha256(b'a').hexdigest()}  a.tar.gz\n{two.sha256}  b.zip\n".encode()
    assert digest_kit(described, "v1", "c" * 40) == hashlib.sha256(sums).hexdigest()
    assert digest_kit([], "v1", "c" * 40) == hashlib.sha256(f"{'c' * 40}  v1\n".encode()).hexdigest()
    assert digest_kit([], "v2", "c" * 40) != digest_kit([], "v1", "c" * 40)


@pytest.mark.parametrize(
    ("evidence", "verify"), [("yes: to be sure", True), ("No : a typo", False), ("YES:x:y", True)]
)
def test_a_decision_is_yes_or_no_with_a_reason(evidence, verify):
    assert read_decision(evidence) is verify


@pytest.mark.parametrize("evidence", ["", "yes", "yes:", "no:  ", "maybe: x", "yes, please", ": x"])
def test_other_words_decide_nothing(evidence):
    with pytest.raises(InputError, match="is not readable"):
        read_decision(evidence)


def test_a_command_runs_in_its_folder_without_our_secrets(tmp_path, monkeypatch):
    for name in ("RELAUTO_TOKEN", "GH_TOKEN", "DB_PASSWORD", "MY_SECRET", "GIT_CONFIG_VALUE_0"):
        monkeypatch.setenv(name, "s3cr3t")
    monkeypatch.setenv("HARMLESS", "kept")
    said = run_command("pwd; env; echo oops >&2; cat", tmp_path, timeout=30)
    assert said.startswith(str(tmp_path))
    assert "s3cr3t" not in said
    assert "HARMLESS=kept" in said
    assert "oops" in said
    which = run_command("command -v python3", tmp_path, timeout=30)
    assert Path(which).parent == Path(sys.executable).parent


def test_what_a_command_prints_is_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setattr(redaction, "_known", {})
    redaction.learn("canary-of-a-token")
    assert run_command("echo canary-of-a''-token", tmp_path, timeout=30) == "***"
    with pytest.raises(DecisionError) as caught:
        run_command("echo https://me:pw@host; exit 1", tmp_path, timeout=30)
    assert "status 1: https://***@host" in str(caught.value)


def test_a_command_that_fails_or_hangs_needs_a_person(tmp_path):
    with pytest.raises(DecisionError, match="ended with status 3: why"):
        run_command("echo why; exit 3", tmp_path, timeout=30)
    with pytest.raises(DecisionError, match=r"did not end within 0\.1 seconds"):
        run_command("(sleep 20; touch late) & sleep 20", tmp_path, timeout=0.1)


@given(st.lists(st.integers(1, 30_000), max_size=12))
def test_a_long_question_is_asked_in_parts_that_fit(sizes):
    shown = tuple(Shown(f"{number}", "x" * size) for number, size in enumerate(sizes))
    question = Question("accept", "prepare.accept", "s", shown, tuple(f"/accept {row.name}" for row in shown))
    parts = split_question(question)
    assert tuple(row for part in parts for row in part.shown) == shown
    assert tuple(command for part in parts for command in part.commands) == question.commands
    assert all(sum(len(row.value) for row in part.shown) <= 60_000 for part in parts)
    assert all(part.shown for part in parts) or not shown
