"""A machine that runs the jobs of our workflows as GitHub's runner does, step by step, in real shells.

`run` steps are run in bash with the event, the files for outputs and summary, and every expression
resolved by `expressions`. Our own composite actions are run as they are. Of actions by others only those
in `ACTIONS` are known; each does here what its own page says, on this machine.
"""

import json
import os
import re
import shutil
import subprocess  # noqa: TID251 - the shells of a runner are what is tested
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.workflows.expressions import Loose, fill, holds, list_expressions, loosen

ROOT = Path(__file__).parents[2]
TIMEOUT = 300
_SHELLS = {None: ("bash", "-e"), "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail")}
_KEPT = ("PATH", "TMPDIR", "COVERAGE_PROCESS_START")
_JOB_KEYS = {
    "name", "runs-on", "timeout-minutes", "environment", "permissions", "steps", "if", "needs", "outputs",
    "concurrency",
}  # fmt: skip
_STEP_KEYS = {"name", "id", "if", "uses", "with", "env", "run", "shell"}
INSTALL = "Install relauto"
"""The one step that is not run each time: it would bring relauto from the network (see `test_install`)."""


class RunnerError(Exception):
    """A workflow asks for something that this machine does not know, so that nothing is proven."""


@dataclass
class Event:
    """What started a workflow: its name, its payload, and who did it; `run` is the run's id."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: str = "robin-rm"
    run: int = 1


@dataclass
class Step:
    """A step that was run, or skipped (`status` is then None)."""

    name: str
    status: int | None
    out: str = ""
    err: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Job:
    """A job that was run; `summary` is what its page shows."""

    name: str
    title: str = ""
    environment: str = ""
    conclusion: str = "success"
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def log(self) -> str:
        return "".join(f"{step.out}{step.err}" for step in self.steps)

    def find(self, name: str) -> Step:
        [step] = [each for each in self.steps if each.name == name]
        return step


Action = Callable[["Frame", dict[str, str]], dict[str, str]]
"""Does what an action does; takes its inputs and returns its outputs."""


@dataclass
class Machine:
    """What runners share: the repository that the workflow runs in, on a hub, and what actions find there.

    Attributes:
        folder: of this machine; each job gets one of its own below it.
        repository: `owner/name`; `git` its bare repository, `api` where the REST interface is.
        tokens: the token that an App's client id gets.
        artifacts: what jobs have handed on, by name.
    """

    folder: Path
    repository: str
    git: Path
    api: str
    token: str = "token-of-the-job"
    tokens: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    minted: list[dict[str, str]] = field(default_factory=list)
    attested: list[tuple[str, ...]] = field(default_factory=list)
    _jobs: int = 0

    def call(
        self,
        path: Path,
        event: Event,
        inputs: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> list[Job]:
        """Run a reusable workflow as a caller would have it run."""
        told = read_workflow(path)["on"]["workflow_call"] or {}
        filled = _fill_inputs(told.get("inputs", {}), inputs or {})
        return self._run(path, event, filled, _fill_secrets(told.get("secrets", {}), secrets or {}))

    def start(self, path: Path, event: Event, secrets: Mapping[str, str]) -> list[Job]:
        """Run a workflow that an event has started, and the workflows that it calls."""
        told = read_workflow(path)["on"]
        declared = (told.get(event.name) or {}).get("inputs", {}) if event.name == "workflow_dispatch" else {}
        if event.name not in told:
            raise RunnerError(f"{path} does not listen to {event.name}")
        filled = _fill_inputs(declared, event.payload.get("inputs") or {})
        return self._run(path, event, filled, secrets)

    def find_group(self, path: Path, event: Event) -> str:
        """Return the concurrency group of the workflow that a run calls; its own is of this run alone."""
        for told in read_workflow(path)["jobs"].values():
            contexts = {**self._contexts(event, {}, {}), "job": {"status": "success"}, "needs": {}}
            if "uses" in told and holds(told.get("if"), contexts):
                called = read_workflow(_find_called(told["uses"]))
                declared = (called["on"]["workflow_call"] or {}).get("inputs", {})
                given = {key: _resolve(value, contexts) for key, value in told.get("with", {}).items()}
                inputs = _fill_inputs(declared, given)
                return fill(called["concurrency"]["group"], self._contexts(event, inputs, {}))
        return ""

    def _run(
        self, path: Path, event: Event, inputs: Mapping[str, Any], secrets: Mapping[str, str]
    ) -> list[Job]:
        done: dict[str, Job] = {}
        ran: list[Job] = []
        for name, told in read_workflow(path)["jobs"].items():
            contexts = self._contexts(event, inputs, secrets)
            needed = told.get("needs", [])
            needed = [needed] if isinstance(needed, str) else needed
            contexts["needs"] = {
                each: {"outputs": done[each].outputs, "result": done[each].conclusion} for each in needed
            }
            failed = any(done[each].conclusion != "success" for each in needed)
            contexts["job"] = {"status": "failure" if failed else "success"}
            if not holds(told.get("if"), contexts):
                done[name] = Job(name, conclusion="skipped")
                continue
            if "uses" in told:
                called = self._call_job(told, event, contexts)
                ran += called
                bad = [each.conclusion for each in called if each.conclusion != "success"]
                done[name] = Job(name, conclusion=bad[0] if bad else "success")
                continue
            done[name] = self._run_job(name, told, event, contexts)
            ran.append(done[name])
        return ran

    def _call_job(self, told: Mapping[str, Any], event: Event, contexts: dict[str, Any]) -> list[Job]:
        inputs = {key: _resolve(value, contexts) for key, value in told.get("with", {}).items()}
        secrets = {key: fill(value, contexts) for key, value in told.get("secrets", {}).items()}
        return self.call(
            _find_called(told["uses"]), event, inputs, {key: text for key, text in secrets.items() if text}
        )

    def _contexts(
        self, event: Event, inputs: Mapping[str, Any], secrets: Mapping[str, str]
    ) -> dict[str, Any]:
        owner = self.repository.partition("/")[0]
        payload = {"repository": {"default_branch": "main", "private": True}, **event.payload}
        return {
            "github": {
                "event": loosen(payload),
                "event_name": event.name,
                "repository": self.repository,
                "repository_owner": owner,
                "run_id": str(event.run),
                "run_attempt": "1",
                "actor": event.actor,
                "workflow": "the workflow",
                "token": self.token,
                "api_url": self.api,
                "ref": "refs/heads/main",
                "sha": "0" * 40,
            },
            "inputs": dict(inputs),
            "secrets": Loose(secrets),
            "vars": Loose(self.variables),
            "runner": {"os": "Linux"},
        }

    def _run_job(self, name: str, told: Mapping[str, Any], event: Event, contexts: dict[str, Any]) -> Job:
        _refuse_unknown(told, _JOB_KEYS, name)
        self._jobs += 1
        frame = Frame(self, self.folder / f"job-{self._jobs}", event, contexts)
        environment = told.get("environment", "")
        job = Job(name, fill(told["name"], contexts), fill(str(environment), contexts))
        frame.prepare()
        contexts["job"] = {"status": "success"}
        contexts["steps"] = {}
        for step in told["steps"]:
            ended = frame.run_step(step, contexts)
            job.steps += ended
            if any(each.status for each in ended):
                contexts["job"]["status"] = job.conclusion = "failure"
        job.outputs = {key: fill(text, contexts) for key, text in told.get("outputs", {}).items()}
        job.summary = frame.summary.read_text()
        return job


@dataclass
class Frame:
    """One job's machine: a workspace, a home, a folder for what is temporary."""

    machine: Machine
    folder: Path
    event: Event
    contexts: dict[str, Any]
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def summary(self) -> Path:
        return self.folder / "summary.md"

    def prepare(self) -> None:
        for name in ("workspace", "home", "temp"):
            (self.folder / name).mkdir(parents=True)
        self.summary.touch()
        payload = {**self.event.payload}
        payload.setdefault("repository", {"full_name": self.machine.repository, "default_branch": "main"})
        (self.folder / "event.json").write_text(json.dumps(payload))

    def run_step(self, told: Mapping[str, Any], contexts: dict[str, Any]) -> list[Step]:
        """Run a step, and those that its action is made of; return them all."""
        _refuse_unknown(told, _STEP_KEYS, str(told.get("name", told)))
        name = fill(str(told.get("name", told.get("uses", ""))), contexts)
        if not holds(told.get("if"), contexts):
            ended = [Step(name, None)]
        else:
            given = {key: fill(str(value), contexts) for key, value in told.get("env", {}).items()}
            before = dict(self.variables)
            self.variables |= given
            ended = self._do(name, told, contexts)
            self.variables = {
                **before,
                **{key: value for key, value in self.variables.items() if key not in given},
            }
        if "id" in told:
            outputs = Loose(ended[-1].outputs)
            contexts["steps"][told["id"]] = {"outputs": outputs}
        return ended

    def _do(self, name: str, told: Mapping[str, Any], contexts: dict[str, Any]) -> list[Step]:
        if "run" in told:
            if list_expressions(told["run"]):
                raise RunnerError(f"{name}: an expression stands in a shell script")
            if name == INSTALL:
                return [self._install(name)]
            return [self._run_shell(name, told["run"], told.get("shell"))]
        inputs = {key: fill(str(value), contexts) for key, value in told.get("with", {}).items()}
        if told["uses"].startswith("$/"):
            return self._run_composite(name, ROOT / told["uses"][2:], inputs, contexts)
        action, _, commit = told["uses"].partition("@")
        if action not in ACTIONS or not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise RunnerError(f"nobody knows the action {told['uses']}")
        return [Step(name, 0, outputs=ACTIONS[action](self, inputs))]

    def _run_composite(
        self, name: str, folder: Path, inputs: dict[str, str], contexts: dict[str, Any]
    ) -> list[Step]:
        action = yaml.safe_load((folder / "action.yml").read_text())
        declared = action.get("inputs", {})
        inner = {**contexts, "inputs": _fill_inputs(declared, inputs, text=True), "steps": {}}
        # A called action sees no secrets, and how its own steps ended.
        inner.pop("secrets", None)
        inner["job"] = dict(contexts["job"])
        outer = self.variables.get("GITHUB_ACTION_PATH", "")
        self.variables["GITHUB_ACTION_PATH"] = str(folder)
        ended = []
        for step in action["runs"]["steps"]:
            ended += self.run_step(step, inner)
            if ended[-1].status:
                inner["job"]["status"] = "failure"
        self.variables["GITHUB_ACTION_PATH"] = outer
        status = next((step.status for step in ended if step.status), 0)
        outputs = {key: fill(told["value"], inner) for key, told in action.get("outputs", {}).items()}
        return [*ended, Step(name, status, outputs=outputs)]

    def _install(self, name: str) -> Step:
        """Put relauto as it is here where the step would put it."""
        folder = self.folder / "temp" / "relauto" / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        starts = {"python": "", "relauto": '-c "from relauto.tasks.program import main; main()"'}
        for program, start in starts.items():
            path = folder / program
            path.write_text(f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\nexec "{sys.executable}" {start} "$@"\n')
            path.chmod(0o755)
        return Step(name, 0)

    def _run_shell(self, name: str, script: str, shell: str | None) -> Step:
        files = {
            key: self.folder / key.lower()
            for key in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")
        }
        for path in files.values():
            path.write_text("")
        (self.folder / "script.sh").write_text(script)
        ended = subprocess.run(
            [*_SHELLS[shell], str(self.folder / "script.sh")],
            cwd=self.workspace,
            env={**self._environment(), **{key: str(path) for key, path in files.items()}},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        if files["GITHUB_PATH"].read_text() or files["GITHUB_STATE"].read_text():
            raise RunnerError(f"{name} changes the path or the state, which no step of ours needs to")
        self.variables |= read_values(files["GITHUB_ENV"].read_text())
        outputs = read_values(files["GITHUB_OUTPUT"].read_text())
        return Step(name, ended.returncode, ended.stdout.decode(), ended.stderr.decode(), outputs)

    def _environment(self) -> dict[str, str]:
        machine, github = self.machine, self.contexts["github"]
        same = ("repository", "actor", "run_id", "event_name", "ref", "sha")
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            **{f"GITHUB_{name.upper()}": str(github[name]) for name in same},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": machine.api,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_TRIGGERING_ACTOR": self.event.actor,
            "GITHUB_WORKSPACE": str(self.workspace),
            "HOME": str(self.folder / "home"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.folder / "temp"),
            **self.variables,
        }


def read_workflow(path: Path) -> dict[str, Any]:
    """Return a workflow; YAML 1.1 reads its key `on` as a truth."""
    told = yaml.safe_load(path.read_text())
    if True in told:
        told["on"] = told.pop(True)
    return dict(told)


def read_values(text: str) -> dict[str, str]:
    """Return what a file of outputs or of the environment sets, as the runner reads it."""
    values: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, rest = re.match(r"([^=<]*)(=|<<|$)(.*)", line).groups()  # type: ignore[union-attr]
        if not sign:
            raise RunnerError(f"{line!r} sets nothing")
        if sign == "=":
            values[name] = rest
            continue
        held = []
        for each in lines:
            if each == rest:
                break
            held.append(each)
        else:
            raise RunnerError(f"{name} is not ended by {rest!r}")
        values[name] = "\n".join(held)
    return values


def _find_called(uses: str) -> Path:
    match = re.fullmatch(r"[\w.-]+/[\w.-]+/(\.github/workflows/[\w-]+\.yml)@[0-9a-f]{40}", uses)
    if match is None:
        raise RunnerError(f"{uses} is no workflow of relauto's at a commit")
    return ROOT / match[1]


def _resolve(value: Any, contexts: dict[str, Any]) -> Any:
    return fill(value, contexts) if isinstance(value, str) else value


def _fill_inputs(
    declared: Mapping[str, Any], given: Mapping[str, Any], *, text: bool = False
) -> dict[str, Any]:
    unknown = given.keys() - declared.keys()
    lacking = [key for key, told in declared.items() if told.get("required") and key not in given]
    if unknown or lacking:
        raise RunnerError(f"inputs that nobody declares: {sorted(unknown)}; that are lacking: {lacking}")
    filled = {key: given.get(key, told.get("default", "")) for key, told in declared.items()}
    if text:
        return filled
    return {key: _cast(value, declared[key].get("type", "string")) for key, value in filled.items()}


def _cast(value: Any, kind: str) -> Any:
    if kind == "boolean":
        return value in (True, "true")
    return str(value)


def _fill_secrets(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    if given.keys() - declared.keys():
        raise RunnerError(f"secrets that nobody declares: {sorted(given.keys() - declared.keys())}")
    return dict(given)


def _refuse_unknown(told: Mapping[str, Any], known: set[str], name: str) -> None:
    if told.keys() - known:
        raise RunnerError(f"{name}: this machine knows nothing of {sorted(told.keys() - known)}")


def _check_out(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    assert inputs["persist-credentials"] == "False", "a checkout keeps its token in the workspace"
    reference = inputs.get("ref") or "main"
    git = ("git", "-c", "core.fsync=none", "-C", str(frame.workspace))
    source = frame.machine.git
    for arguments in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", f"file://{source}", reference),
        ("checkout", "--quiet", "--detach", "FETCH_HEAD"),
    ):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    return {}


def _set_up_python(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    return {"python-path": sys.executable}


def _mint(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    if not (inputs["private-key"] and inputs["repositories"] and inputs["owner"]):
        raise RunnerError("a token is for an App with a key, and for named repositories")
    frame.machine.minted.append(inputs)
    return {"token": frame.machine.tokens[inputs["client-id"]]}


def _cache(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    return {}


def _upload(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    kept = frame.folder / "artifact" / inputs["name"]
    shutil.copytree(frame.workspace / inputs["path"], kept)
    if not any(kept.iterdir()):
        raise RunnerError("there is nothing to upload")
    frame.machine.artifacts[inputs["name"]] = kept
    return {}


def _download(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    shutil.copytree(
        frame.machine.artifacts[inputs["name"]], frame.workspace / inputs["path"], dirs_exist_ok=True
    )
    return {}


def _attest(frame: Frame, inputs: dict[str, str]) -> dict[str, str]:
    found = sorted(path.name for path in frame.workspace.glob(inputs["subject-path"]))
    if not found:
        raise RunnerError("there is nothing to attest")
    frame.machine.attested.append(tuple(found))
    return {}


ACTIONS: dict[str, Action] = {
    "actions/checkout": _check_out,
    "actions/setup-python": _set_up_python,
    "actions/create-github-app-token": _mint,
    "actions/cache/restore": _cache,
    "actions/cache/save": _cache,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "actions/attest-build-provenance": _attest,
}
