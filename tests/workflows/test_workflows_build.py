"""`build-and-attest.yml`: what a candidate's tag holds is built, stated and published, by three jobs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit
from relauto.rehearsal.cast.api import Api
from relauto.rehearsal.stockroom import PRODUCT
from relauto.skeleton.drafts import draft_files
from relauto.skeleton.folder import write_texts
from tests.workflows.conftest import ANSWERS, Stage
from tests.workflows.machine import Event, Job, Machine

pytestmark = pytest.mark.path

TAG = "v1.4.3-rc1"
BUILD = "mkdir dist && git rev-parse HEAD >dist/stockroom-1.4.3.txt"
OWN = "token-of-the-job"


@pytest.fixture
def machine(stage: Stage) -> Machine:
    stage.hub.add_token(
        "github-actions[bot]",
        token=OWN,
        kind="actions",
        repositories=[PRODUCT],
        permissions={"contents": "write"},
    )
    git = stage.root / "repositories" / f"{PRODUCT}.git"
    set_tag(git, Branch("release-1.4"))
    where = stage.root.parent / "machine-product"
    return replace(stage.machine, folder=where, repository=str(PRODUCT), git=git, token=OWN)


def set_tag(git: Any, branch: Branch) -> Commit:
    with Repository.open(git) as repository:
        commit = Commit(repository.refs(branch.ref)[branch.ref])
        old = repository.refs(f"refs/tags/{TAG}").get(f"refs/tags/{TAG}")
        repository.update_refs([RefUpdate(f"refs/tags/{TAG}", Commit(old) if old else None, commit)])
    return commit


Build = Callable[..., list[Job]]


@pytest.fixture
def build(stage: Stage, machine: Machine) -> Build:
    def run(command: str = BUILD, **changed: str) -> list[Job]:
        answers = msgspec.structs.replace(ANSWERS, build=command)
        folder = stage.root.parent / "product"
        write_texts(folder, draft_files(answers, "source"))
        with Repository.open(machine.git) as repository:
            commit = repository.refs("refs/heads/")["refs/heads/release-1.4"]
        inputs = {"tag": TAG, "commit": commit, "nonce": "abc", **changed}
        path = folder / ".github" / "workflows" / "relauto-candidate.yml"
        return machine.start(path, Event("workflow_dispatch", {"inputs": inputs}), {})

    return run


def list_releases(stage: Stage) -> list[Any]:
    found = Api(stage.hub.api, stage.token()).get(f"repos/{PRODUCT}/releases")
    return [each for each in found if each["tag_name"] == TAG]


def test_what_the_tag_holds_is_built_stated_and_published(
    stage: Stage, machine: Machine, build: Build
) -> None:
    jobs = build()
    assert [(job.name, job.conclusion) for job in jobs] == [
        ("build", "success"),
        ("attest", "success"),
        ("publish", "success"),
    ], [job.log for job in jobs]
    [release] = list_releases(stage)
    assert (release["prerelease"], release["draft"], release["author"]["login"]) == (
        True,
        False,
        "github-actions[bot]",
    )
    [asset] = release["assets"]
    assert (asset["name"], asset["size"]) == ("stockroom-1.4.3.txt", 41)
    assert machine.attested == [("stockroom-1.4.3.txt",)]
    again = build()
    assert [job.conclusion for job in again] == ["success"] * 3
    assert [each["id"] for each in list_releases(stage)] == [release["id"]]


def test_a_tag_that_has_moved_gets_nothing(stage: Stage, machine: Machine, build: Build) -> None:
    set_tag(machine.git, Branch("main"))
    jobs = build()
    assert [job.conclusion for job in jobs] == ["success", "success", "failure"]
    assert list_releases(stage) == []


@pytest.mark.parametrize(
    "command",
    ["exit 3", "mkdir -p dist/folder && touch dist/folder/file", "mkdir dist && touch 'dist/$(touch x).txt'"],
)
def test_a_build_that_leaves_no_usable_files_publishes_nothing(
    stage: Stage, build: Build, command: str
) -> None:
    jobs = build(command)
    assert jobs[-1].conclusion == "failure"
    assert list_releases(stage) == []


@pytest.mark.parametrize(
    "changed",
    [{"tag": "$(touch x)"}, {"tag": "-x"}, {"tag": "a\nb"}, {"commit": "main"}, {"commit": "`touch x`"}],
)
def test_what_names_no_candidate_is_not_even_checked_out(build: Build, changed: dict[str, str]) -> None:
    [job] = build(**changed)
    assert (job.conclusion, [step.status for step in job.steps]) == ("failure", [2, None, None, None])
