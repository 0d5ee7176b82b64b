"""A world for the cast: the hub with the sample product, and relauto's own login to ask them things."""

import hashlib
import json
import os
import subprocess  # noqa: TID251 - the cast are processes of their own
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relauto.comms.proofs import Artifact
from relauto.comms.qa_page import QaFacts, render_qa
from relauto.git.runner import Git
from relauto.hub.server import Hub
from relauto.model.names import Branch, RepositoryName
from relauto.model.qa import parse_instruction
from relauto.rehearsal.cast import ci, customer, qa, release_manager, reviewer
from relauto.rehearsal.cast.api import Api
from relauto.rehearsal.cast.errand import Errand, read_errand
from relauto.rehearsal.cast.workplace import run_command
from relauto.rehearsal.sample import Sample, build_sample

CHECK = "unit-tests"
SOURCE, OPS, QA = "acme/stockroom", "acme/ops", "acme/qa"
LOGINS = ("relauto-bot", "rae-reviewer", "ci-runner", "quinn-qa", "robin-rm", "tam-noor", "mallory")
ACT = {
    "rae-reviewer": reviewer.act,
    "ci-runner": ci.act,
    "quinn-qa": qa.act,
    "robin-rm": release_manager.act,
    "tam-noor": customer.act,
}
WHO = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "relauto-bot"), ("EMAIL", "bot@relauto.example"))
}


def token(login: str) -> str:
    return f"token-of-{login}"


class Tools:
    """What tests do with the product's repository, for all of them alike."""

    @staticmethod
    def unpack(git: Git, tree: str, folder: Path) -> Path:
        """Write the files of a tree into a new folder."""
        folder.mkdir(parents=True)
        done = run_command(f"git -C '{git.directory}' archive --format=tar {tree} | tar -x", folder, 30)
        assert done.status == 0, done.output
        return folder

    @staticmethod
    def build(git: Git, tree: str, folder: Path) -> Path:
        """Build a tree in a new folder and return what was built."""
        done = run_command("python3 build.py", Tools.unpack(git, tree, folder), 30)
        assert done.status == 0, done.output
        return folder / "dist" / "stockroom.pyz"

    @staticmethod
    def merge_fix(git: Git, branch: str, onto: str) -> tuple[int, str]:
        """Return how git merges what the branch's last commit changes into `onto`, and the tree."""
        base = git.read("commit-tree", f"{branch}~1^{{tree}}", "-m", "base", environment=WHO)
        ours = git.read("commit-tree", f"{onto}^{{tree}}", "-p", base, "-m", "ours", environment=WHO)
        theirs = git.read("commit-tree", f"{branch}^{{tree}}", "-p", base, "-m", "theirs", environment=WHO)
        merged = git.ask("merge-tree", "--write-tree", ours, theirs)
        return merged.status, merged.text.splitlines()[0]


@pytest.fixture(scope="session")
def tools() -> type[Tools]:
    return Tools


@dataclass(frozen=True)
class World:
    root: Path
    hub: Hub
    sample: Sample

    @property
    def git(self) -> Git:
        return Git(self.sample.git_directory)

    @property
    def bot(self) -> Api:
        return Api(self.hub.api, token("relauto-bot"))

    def told(self, **changed: Any) -> dict[str, Any]:
        return {
            "api": self.hub.api,
            "git": self.hub.address,
            "source": SOURCE,
            "ops": OPS,
            "qa": QA,
            "line": self.sample.line,
            "main": self.sample.main,
            "base_tag": self.sample.base_tag,
            "accepted_head": self.sample.accepted_head,
            "work": str(self.root / "work"),
            "check": {"name": CHECK, "command": self.sample.test_command},
            **changed,
        }

    def send(self, login: str, **changed: Any) -> list[str]:
        """Send a member of the cast on an errand."""
        errand: Errand = read_errand(self.told(**changed), token(login))
        errand.work.mkdir(exist_ok=True)
        return ACT[login](errand)

    def commit(self, tree: str, parent: str, message: str = "Something\n") -> str:
        return self.git.read("commit-tree", tree, "-p", parent, "-m", message, environment=WHO)

    def propose(self, branch: str, base: str = "main") -> dict[str, Any]:
        """Open a pull request as relauto."""
        body = {"title": f"Fix {branch}", "head": branch, "base": base}
        return dict(self.bot.post(f"repos/{SOURCE}/pulls", body))

    def cut(self, tag: str, tree: str) -> str:
        """Tag a commit with this tree on the line as a candidate or release; returns the commit."""
        commit = self.commit(f"{tree}^{{tree}}", self.sample.line)
        self.git.run("tag", "--annotate", "--message", tag, tag, commit, environment=WHO)
        return commit

    def publish(self, tag: str, files: dict[str, bytes], *, prerelease: bool = False) -> None:
        """Publish a release with these files and their SHA256SUMS."""
        sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
        made = self.bot.post(f"repos/{SOURCE}/releases", {"tag_name": tag, "name": tag, "draft": True})
        for name, content in {**files, "SHA256SUMS": sums.encode()}.items():
            self._upload(made["upload_url"].partition("{")[0], name, content)
        self.bot.patch(f"repos/{SOURCE}/releases/{made['id']}", {"draft": False, "prerelease": prerelease})

    def _upload(self, address: str, name: str, content: bytes) -> None:
        headers = {
            "Authorization": f"Bearer {token('relauto-bot')}",
            "Content-Type": "application/octet-stream",
        }
        request = urllib.request.Request(
            f"{address}?name={name}", data=content, headers=headers, method="POST"
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 201

    def build(self, tree: str) -> bytes:
        return Tools.build(self.git, tree, self.root / f"build-{tree}").read_bytes()

    def fixed_tree(self, branch: str) -> str:
        """Return the tree of the line with a fix picked."""
        status, tree = Tools.merge_fix(self.git, branch, self.sample.line)
        assert status == 0
        return tree

    def ask_qa(self, tag: str, *, old: bytes, new: bytes, author: str = "relauto-bot", page: str = "") -> int:
        """Open the QA issue of a candidate with the page that relauto writes; returns its number."""
        body = page or self.page(tag, old, new)
        issue = {"title": f"Verify {tag} of stockroom", "body": body, "labels": ["relauto-qa"]}
        return int(Api(self.hub.api, token(author)).post(f"repos/{QA}/issues", issue)["number"])

    def page(self, tag: str, old: bytes, new: bytes) -> str:
        def describe(content: bytes) -> tuple[Artifact, ...]:
            return (Artifact("stockroom.pyz", hashlib.sha256(content).hexdigest(), len(content)),)

        facts = QaFacts(
            incident="INC-7f3k",
            product="stockroom",
            repository=SOURCE,
            repository_url=f"{self.hub.address}/{SOURCE}",
            line=self.sample.line,
            instruction=parse_instruction(self.sample.qa_instruction, "qa.yaml"),
            old_tag=self.sample.base_tag,
            tag=tag,
            commit=self.git.read("rev-parse", f"{tag}^{{commit}}"),
            version=tag.removeprefix("v").partition("-")[0],
            artifacts=describe(new),
            old_artifacts=describe(old),
        )
        return render_qa("candidate", facts)

    def open_desk(self, *commands: str, text: str = "") -> int:
        """Open a desk issue on which relauto asks for these commands; returns its number."""
        desk = self.bot.post(f"repos/{OPS}/issues", {"title": "Desk", "body": "", "labels": ["relauto-desk"]})
        self.ask(desk["number"], *commands, text=text)
        return int(desk["number"])

    def ask(self, desk: int, *commands: str, text: str = "") -> None:
        shown = f"```text\n{text}\n```\n\n" if text else ""
        block = "\n".join(["```relauto-command", *commands, "```"])
        self.bot.post(f"repos/{OPS}/issues/{desk}/comments", {"body": f"{shown}Please answer:\n\n{block}\n"})

    def words(self, repository: str, number: int, login: str) -> list[str]:
        """Return what somebody wrote in an issue."""
        listed = self.bot.pages(f"repos/{repository}/issues/{number}/comments")
        return [comment["body"] for comment in listed if comment["user"]["login"] == login]

    def checks(self, commit: str) -> list[tuple[str, str]]:
        runs = self.bot.pages(f"repos/{SOURCE}/commits/{commit}/check-runs", "check_runs")
        return [(run["name"], run["conclusion"]) for run in runs]

    def run_process(self, role: str, login: str, **changed: Any) -> tuple[int, str, str]:
        """Run a member of the cast as the process that it is."""
        ended = subprocess.run(
            [sys.executable, "-m", "relauto.rehearsal.cast", role],
            input=json.dumps(self.told(**changed)),
            env={**os.environ, "CAST_TOKEN": token(login)},
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout, ended.stderr


def _empty(path: Path) -> Path:
    path.mkdir()
    Git(path).run("init", "--quiet", "--bare", "--initial-branch=main", ".")
    return path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    sample = build_sample(tmp_path / "product.git")
    with Hub(tmp_path / "hub") as hub:
        for login in LOGINS:
            hub.add_user(login, token=token(login), app="acme-ci" if login == "ci-runner" else None)
        access: Any = dict.fromkeys(LOGINS, "write")
        for name, directory in ((SOURCE, sample.git_directory), (OPS, "ops.git"), (QA, "qa.git")):
            path = directory if isinstance(directory, Path) else _empty(tmp_path / directory)
            hub.add_repository(
                RepositoryName(name),
                path,
                private=name != SOURCE,
                default_branch=Branch("main"),
                access=access,
            )
        yield World(tmp_path, hub, sample)
