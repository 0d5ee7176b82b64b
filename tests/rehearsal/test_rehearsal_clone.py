"""Real histories as a rehearsal's world: what is chosen, what is refused, and that a clone is only read."""

import hashlib
import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from relauto.errors import InputError, Status
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.git.scope import list_scope
from relauto.model.names import Commit
from relauto.picking.pick import pick
from relauto.rehearsal.clone import make_clone
from relauto.rehearsal.options import Options
from relauto.rehearsal.run import rehearse
from relauto.rehearsal.world import World

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BODY = "".join(f"line {number}\n" for number in range(20))


class History:
    """A clone of a product with main, the line 1.4, a release, and a fix that only main has."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        self._moment = START
        self.run("init", "--quiet", "--initial-branch=main", ".")
        self.commit("First", {"app.py": BODY, "docs/a b.txt": "text\n", "big.txt": "x" * 5000})
        self.run("tag", "-a", "-m", "1.4.0", "v1.4.0")
        self.run("tag", "nightly-build")
        self.run("branch", "1.4")
        self.commit("Grow", {"feature.py": "new\n"})
        self.run("tag", "v2.0.0b1")
        self.fix = self.commit("Fix the crash", {"app.py": BODY.replace("line 3", "mended 3")})
        self.after = self.commit("Go on", {"feature.py": "newer\n"})
        self.run("tag", "v2.0.0")
        self.run("checkout", "--quiet", "1.4")
        self.stood = self.commit("Stood on the line", {"docs/a b.txt": "other\n"})
        self.run("cherry-pick", "-x", self.fix)
        self.backport = self.read("HEAD")
        self.run("tag", "v1.4.1")
        self.run("checkout", "--quiet", "main")

    def run(self, *arguments: str) -> str:
        self._moment += timedelta(minutes=1)
        date = self._moment.isoformat()
        who = {
            f"GIT_{role}_{field}": value
            for role in ("AUTHOR", "COMMITTER")
            for field, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", date))
        }
        return Git(self.directory, who).read(*arguments)

    def read(self, revision: str) -> Commit:
        return Commit(self.run("rev-parse", revision))

    def tree(self, revision: str) -> str:
        return self.run("rev-parse", f"{revision}^{{tree}}")

    def commit(self, message: str, files: dict[str, str]) -> Commit:
        for path, content in files.items():
            target = self.directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, "utf-8")
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", "-m", message)
        return self.read("HEAD")

    def options(self, **changed: str) -> Options:
        told = {"repository": str(self.directory), "fix": self.fix, "line": "1.4", "at": self.stood}
        return Options(**{key: str(value) for key, value in {**told, **changed}.items()})  # type: ignore[arg-type]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "some clone")


def make(history: History, **changed: str) -> tuple[World, Repository]:
    directory = history.directory.parent / "product.git"
    return make_clone(directory, history.options(**changed)), Repository.open(directory)


def fingerprint(folder: Path) -> dict[str, str]:
    """Return what every file of a folder holds, and but for objects, its moment of change.

    Where git would write an object that is there already, it dates the old one anew (in what is borrowed
    from too) to keep it from being pruned.
    """
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            moment = 0 if "objects" in path.parts else path.stat().st_mtime_ns
            found[str(path)] = f"{hashlib.sha256(path.read_bytes()).hexdigest()} {moment}"
    return found


def test_a_fix_that_main_has_is_taken_back_from_main(history: History) -> None:
    world, product = make(history)
    with product:
        assert product.refs("refs/heads") == {
            "refs/heads/main": history.read(f"{history.fix}~1"),
            "refs/heads/1.4": history.stood,
            f"refs/heads/fix-{history.fix.short}": history.fix,
        }
    assert (world.main, world.line, world.line_head) == ("main", "1.4", history.stood)
    assert (world.base_tag, world.installed) == ("v1.4.0", "1.4.0")


def test_only_tags_that_main_or_the_line_reach_come_along(history: History) -> None:
    _, product = make(history)
    with product:
        assert set(product.tags()) == {"v1.4.0", "nightly-build", "v2.0.0b1"}
        assert product.refs("refs/tags/v1.4.0") == {"refs/tags/v1.4.0": history.read("v1.4.0")}


def test_nothing_is_copied(history: History) -> None:
    _, product = make(history)
    with product:
        assert not [path for path in (product.directory / "objects").rglob("*") if path.suffix == ".pack"]
        borrowed = (product.directory / "objects" / "info" / "alternates").read_text("utf-8").splitlines()
    assert borrowed == [str(history.directory / ".git" / "objects")]


@pytest.mark.parametrize("name", ["with space", "ünï", 'a "quoted" one', "stockroom.git"])
def test_a_clone_may_be_called_anything(tmp_path: Path, name: str) -> None:
    world, product = make(History(tmp_path / name))
    product.close()
    assert world.base_tag == "v1.4.0"
    assert world.product.partition("/")[2].isascii()


def test_a_bare_clone_and_remote_tracking_branches_serve_as_well(history: History, tmp_path: Path) -> None:
    bare, work = tmp_path / "bare" / "repo", tmp_path / "work"
    Git(tmp_path).run("clone", "--quiet", "--bare", str(history.directory), str(bare))
    Git(tmp_path).run("clone", "--quiet", "--shared", str(bare), str(work))
    for number, (path, line) in enumerate([(bare, "1.4"), (work, "1.4"), (work, "origin/1.4")]):
        told = history.options(repository=str(path), line=line)
        world = make_clone(tmp_path / f"{number}.git", told)
        assert (world.line, world.line_head, world.base_tag) == ("1.4", history.stood, "v1.4.0")


def test_a_merged_fix_is_proposed_as_one_change(history: History) -> None:
    history.run("checkout", "--quiet", "-b", "topic", f"{history.fix}~1")
    history.commit("One", {"one.py": "1\n"})
    history.commit("Two", {"two.py": "2\n"})
    history.run("checkout", "--quiet", "main")
    history.run("merge", "--quiet", "--no-ff", "-m", "Merge topic", "topic")
    merge = history.read("main")
    world, product = make(history, fix=merge)
    with product:
        head = product.commit(Commit(product.refs(world.fixes[0].ref)[world.fixes[0].ref]))
        assert head.parents == (history.after,)
        assert head.tree == history.tree("main")


def test_an_unmerged_branch_keeps_its_name_and_main_stays(history: History) -> None:
    history.run("checkout", "--quiet", "-b", "mend/it", history.after)
    mended = history.commit("Mend it", {"other.py": "x\n"})
    world, product = make(history, fix="mend/it")
    with product:
        assert product.refs("refs/heads/mend") == {"refs/heads/mend/it": mended}
        assert product.refs("refs/heads/main") == {"refs/heads/main": history.after}
    assert world.fixes == ("mend/it",)


REFUSED = {
    "a fix that nothing is called": ({"fix": "f00d"}, "no commit called 'f00d'"),
    "a line that nothing is called": ({"line": "1.5"}, "no branch called '1.5'"),
    "a moment that nothing is called": ({"at": "nowhere"}, "no commit called 'nowhere'"),
    "a moment elsewhere": ({"at": "main"}, "main is not on 1.4"),
    "main as the line": ({"line": "main", "at": "main"}, "main is main itself"),
    "the tip of the line": ({"fix": "STOOD"}, "is the tip of 1.4"),
    "what the line has": ({"fix": "v1.4.0"}, "v1.4.0 is on 1.4 already"),
    "a commit of the line alone": ({"fix": "BACKPORT"}, "is a commit of 1.4 and not of main"),
    "an option": ({"fix": "--all"}, "is not a revision"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_rehearsed_is_refused_by_name(history: History, case: str) -> None:
    changed, said = REFUSED[case]
    known = {"STOOD": history.stood, "BACKPORT": history.backport}
    with pytest.raises(InputError, match=said) as caught:
        make(history, **{key: known.get(value, value) for key, value in changed.items()})
    if case == "a commit of the line alone":
        assert history.fix in caught.value.todo


def test_a_line_without_a_version_is_refused(history: History) -> None:
    history.run("tag", "-d", "v1.4.0")
    with pytest.raises(InputError, match=r"no version tag can be reached from 1\.4"):
        make(history)


def test_a_folder_that_is_no_repository_is_refused(history: History, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="there is no git repository"):
        make(history, repository=str(tmp_path / "empty"))


def test_a_shallow_clone_is_refused(history: History, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    Git(tmp_path).run("clone", "--quiet", "--depth=1", f"file://{history.directory}", str(shallow))
    with pytest.raises(InputError, match="is a shallow clone") as caught:
        make(history, repository=str(shallow))
    assert "--unshallow" in caught.value.todo


def clone_without(files: str, history: History, path: Path) -> Path:
    history.run("config", "uploadpack.allowFilter", "true")
    address = f"file://{history.directory}"
    Git(path.parent).run("clone", "--quiet", "--bare", f"--filter=blob:{files}", address, str(path))
    return path


def test_without_files_the_pick_the_scope_and_the_tags_go_on(history: History, tmp_path: Path) -> None:
    history.run("checkout", "--quiet", "main~1")
    fix = history.commit("Replace a file", {"docs/a b.txt": "replaced\n"})
    history.run("branch", "--force", "main", fix)
    bare = clone_without("none", history, tmp_path / "blobless.git")
    world, product = make(history, repository=str(bare), fix=fix, at=f"{history.stood}~1")
    with product:
        picked = pick(product, [fix], world.line_head, committer=product.commit(fix).author)
        assert picked.status == "clean"
        assert [entry.subject for entry in list_scope(product, world.line_head, fix)][-1] == "Replace a file"
        assert {each.path for each in product.missing_objects(picked.commits[-1])} == {
            "app.py",
            "big.txt",
            "docs/a b.txt",
        }
    assert not list(bare.rglob("*.tmp"))


@pytest.mark.slow
def test_an_artifact_that_needs_absent_files_is_refused_by_name(history: History, tmp_path: Path) -> None:
    bare = clone_without("limit=1000", history, tmp_path / "partial.git")
    with pytest.raises(InputError, match=r"this clone lacks 1 file of .* \(big\.txt\)") as caught:
        rehearse(history.options(repository=bare), tmp_path / "out", lambda _: None)
    assert "--build none" in caught.value.todo
    asked = history.options(repository=bare, build="none")
    ended = rehearse(asked, tmp_path / "without", lambda _: None)
    assert ended.status is Status.REACHED
    told = json.loads((tmp_path / "without" / "summary.json").read_bytes())["targets"][0]
    assert (told["picks"][0]["tree"], told["release"]["assets"]) == (history.tree(history.backport), [])


@pytest.mark.slow
def test_a_conflict_stops_with_its_paths(history: History, tmp_path: Path) -> None:
    history.run("checkout", "--quiet", "1.4~1")
    at = history.commit("Change the same", {"app.py": BODY.replace("line 3", "changed 3")})
    history.run("branch", "--force", "1.4", at)
    ended = rehearse(history.options(at=at), tmp_path / "out", lambda _: None)
    assert ended.status is Status.DECISION
    assert ended.outcome is not None
    assert "app.py (content)" in ended.outcome.stops[0].reason


@pytest.mark.slow
def test_the_whole_path_on_a_clone_that_is_only_read(history: History, tmp_path: Path) -> None:
    before = fingerprint(history.directory)
    ended = rehearse(history.options(), tmp_path / "out", lambda _: None)
    assert ended.status is Status.REACHED
    assert fingerprint(history.directory) == before
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    target = summary["targets"][0]
    assert target["picks"][0]["tree"] == history.tree(history.backport)
    assert target["accepted"] == [history.stood]
    assert (target["base_tag"], target["release"]["tag"]) == ("v1.4.0", "v1.4.1")
    kept = Git(tmp_path / "out" / "ops.git").read("show", "main:relauto.toml")
    assert tomllib.loads(kept)["main"] == "main"
