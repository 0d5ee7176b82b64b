"""What every workflow and action that is shipped must be, read from the files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.expressions import list_expressions
from tests.workflows.machine import ROOT, read_workflow

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
REUSABLE = [path for path in WORKFLOWS if "workflow_call" in read_workflow(path)["on"]]


def list_steps(path: Path) -> Iterator[dict[str, Any]]:
    told = read_workflow(path)
    if "runs" in told:
        yield from told["runs"]["steps"]
    for job in told.get("jobs", {}).values():
        yield from job.get("steps", [])


def name(path: Path) -> str:
    return path.parent.name if path.name == "action.yml" else path.name


def test_there_is_something_to_look_at() -> None:
    assert {path.name for path in REUSABLE} >= {"hotfix.yml"}
    assert ACTIONS


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=name)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    for step in list_steps(path):
        assert list_expressions(step.get("run", "")) == [], step


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=name)
def test_every_action_is_ours_or_pinned_to_a_commit(path: Path) -> None:
    text = path.read_text()
    found = re.findall(r"^ *(?:- )?uses: (.*)", text, re.MULTILINE)
    for line in found:
        if line.startswith("$/"):
            assert (ROOT / line[2:] / "action.yml").is_file(), line
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_one_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS, *ACTIONS]:
        for action, pin in re.findall(r"\buses: ([\w-]+/[\w-]+)(?:/[\w-]+)*@(.*)", path.read_text()):
            pins.setdefault(action, set()).add(pin)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_nothing_is_permitted_but_by_a_job_and_with_its_reason(path: Path) -> None:
    told = read_workflow(path)
    assert told["permissions"] == {}
    text = path.read_text()
    for job in told["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert job.get("timeout-minutes") or "uses" in job
        for right, access in job["permissions"].items():
            assert re.search(rf"^ +{right}: {access} # \w", text, re.MULTILINE), right


@pytest.mark.parametrize("path", REUSABLE, ids=name)
def test_no_run_is_cancelled_while_it_works(path: Path) -> None:
    told = read_workflow(path)
    assert told["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=name)
def test_code_of_a_pull_request_never_meets_a_right_to_write(path: Path) -> None:
    """Whoever may write, or has secrets, checks out nothing but the default branch."""
    told = read_workflow(path)
    jobs = [told["runs"]] if "runs" in told else told["jobs"].values()
    for job in jobs:
        writes = "runs" in told or "write" in job["permissions"].values() or "secrets." in yaml.safe_dump(job)
        for step in job.get("steps", []):
            if writes and step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["ref"] == "${{ github.event.repository.default_branch }}"
                assert "repository" not in step["with"]


def test_the_action_brings_packages_that_ci_has_tried() -> None:
    """The action installs what CI tests: the same versions, by the same hashes."""
    ours = _read_lock(ROOT / ".github" / "actions" / "install" / "requirements.txt")
    tried = _read_lock(ROOT / ".ci" / "requirements.txt")
    assert {name: pin for name, pin in ours.items() if tried.get(name) != pin} == {}
    assert {"pygithub", "gitpython", "invoke", "hatchling"} <= ours.keys()
    assert not {"pytest", "ruff", "zizmor"} & ours.keys()


def _read_lock(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    blocks = re.findall(r"^(\S+)==(\S+)(.*?)(?=^\S|\Z)", path.read_text(), re.MULTILINE | re.DOTALL)
    return {
        name: (version, frozenset(re.findall(r"sha256:[0-9a-f]{64}", rest))) for name, version, rest in blocks
    }
