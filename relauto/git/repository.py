"""A git repository on this machine, read and written through its objects and never a checkout."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from relauto.errors import InputError
from relauto.git import beyond, errors, export, refs, revisions, tree
from relauto.git.address import Address, add_settings, set_config
from relauto.git.beyond import Beyond
from relauto.git.commit import EMPTY_TREE, CommitFacts, CommitObject, Signature, describe, parse_signature
from relauto.git.coprocess import Coprocesses
from relauto.git.drivers import replace_drivers
from relauto.git.lasting import LastingGit
from relauto.git.objects import ObjectStore
from relauto.git.refs import RefUpdate
from relauto.git.refusals import find_refusal
from relauto.git.runner import Answer, Git, GitError
from relauto.git.signer import Signer, sign_commit, sign_tag
from relauto.model.names import Branch, Commit, Tag

# Nothing may reach for the network behind the caller's back: git 2.44 has a variable for it, older
# ones are kept from it by allowing no transport at all.
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}

# The same commit gives the same result whatever the person at the keyboard has configured.
_PINNED = {
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "diff.algorithm": "default",
    "merge.conflictStyle": "merge",
    "merge.default": "text",
    "merge.directoryRenames": "conflict",
    "merge.renames": "true",
    "merge.renormalize": "false",
    "merge.renameLimit": "7000",
    "tar.umask": "0022",
}

_MOST = 200
"""How many looks beyond a commit are kept."""


class Repository:
    """One repository, bare or not. Close it after use; it serves one thread at a time.

    Attributes:
        directory: its git directory (that of the worktree it was opened by).
        common: the directory that holds its objects and refs.
        bare: whether it has no worktree.
        git: git in it, with everything pinned that would change an answer.
        store: its objects.
        coprocesses: processes of `git` that answer many questions.
    """

    def __init__(self, directory: Path, common: Path, *, bare: bool, remote: Address | None) -> None:
        self.directory = directory
        self.common = common
        self.bare = bare
        self._remote = remote
        reach, settings = (remote.environment, remote.settings) if remote else (_OFFLINE, {})
        place = {"GIT_DIR": str(directory), "GIT_COMMON_DIR": str(common)}
        pinned = {**_PINNED, **replace_drivers(Git(common, place)), **settings}
        self.git = LastingGit(common, {**place, **reach, **set_config(pinned)})
        self.coprocesses = Coprocesses(self.git)
        self.store = ObjectStore(common, {**reach, **set_config(settings)}, remote)
        self._beyond: dict[tuple[Commit, Commit, str], Beyond] = {}

    @classmethod
    def open(cls, path: Path, *, remote: Address | None = None, shallow: bool = False) -> "Repository":
        """Open the repository that `path` lies in.

        Args:
            path: its directory, its worktree or a folder of that.
            remote: where git may fetch what a partial clone lacks; None forbids it.
            shallow: whether its history may be cut: whoever asks so minds `cuts`.

        Raises:
            InputError: there is none, it is shallow, or git distrusts its owner.
        """
        answer = Git(path).ask(
            "rev-parse",
            "--path-format=absolute",
            "--git-dir",
            "--git-common-dir",
            "--is-bare-repository",
            "--is-shallow-repository",
            "--show-object-format",
        )
        if answer.status:
            raise _explain_refusal(path, answer.error)
        directory, common, bare, cut, form = answer.text.split("\n")
        if cut == "true" and not shallow:
            raise InputError(
                f"{path} is a shallow clone, and a pick needs history", todo="run: git fetch --unshallow"
            )
        if form != "sha1":
            raise InputError(f"{path} names its objects by {form}; relauto reads SHA-1 repositories")
        return cls(Path(directory), Path(common), bare=bare == "true", remote=remote)

    @classmethod
    def init(
        cls,
        path: Path,
        *,
        alternates: Path | None = None,
        default_branch: Branch | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> "Repository":
        """Make a bare repository at `path` and open it.

        Args:
            path: a directory that is empty or not there.
            alternates: a repository whose objects the new one reads as its own, without copying.
            default_branch: where HEAD points; `main` unless told.
            settings: what its configuration says besides.

        Raises:
            InputError: `path` holds something, or `alternates` is no usable repository.
        """
        if path.exists() and any(path.iterdir()):
            raise InputError(f"{path} is not empty", todo="name a folder that is empty or not there")
        sources = list_object_directories(alternates) if alternates else []
        path.mkdir(parents=True, exist_ok=True)
        head = default_branch or Branch("main")
        Git(path).run("init", "--quiet", "--bare", "--template=", f"--initial-branch={head}", ".")
        configuration = {"gc.auto": "0", **(settings or {})}
        if sources:
            info = path / "objects" / "info"
            info.mkdir(exist_ok=True)
            info.joinpath("alternates").write_text("".join(f"{source}\n" for source in sources))
            # Every fetch and push looks at the refs of what is borrowed from, and a clone of a project on
            # GitHub may hold tens of thousands of pull requests' heads.
            configuration["core.alternateRefsPrefixes"] = "refs/heads refs/remotes refs/tags"
        add_settings(path / "config", configuration)
        return cls.open(path)

    def __enter__(self) -> "Repository":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes that read objects and answer questions."""
        self.store.close()
        self.coprocesses.close()

    def look_anew(self) -> None:
        """Forget what was answered of a shallow clone that became deeper, and start anew what reads it."""
        self.close()
        self.git.forget()

    @property
    def may_fetch(self) -> bool:
        """Whether git asks a remote for what is absent here."""
        return self._remote is not None

    @property
    def cuts(self) -> frozenset[Commit]:
        """The commits of a shallow clone whose parents were left at the remote; none in a whole one."""
        file = self.common / "shallow"
        return frozenset(map(Commit, file.read_text().split())) if file.is_file() else frozenset()

    def explain(self, answer: Answer) -> errors.UnreachableError | errors.MissingObjectError | GitError:
        """Return the error for a git process that failed here: what it lacks, or why that did not come."""
        refusal = find_refusal(self._remote, "fetch", answer) if self._remote else None
        asked = self._remote.url if self._remote else ""
        return refusal or errors.explain(answer, str(self.common), asked=asked)

    def resolve(self, revision: str) -> Commit:
        """Return the commit a person means: `relauto.git.revisions.resolve`."""
        return revisions.resolve(self.git, revision)

    def find_branch(self, name: str) -> tuple[Branch, Commit]:
        """Return a branch and its tip: `relauto.git.revisions.find_branch`."""
        return revisions.find_branch(self.git, name)

    def find_branches(self, pattern: str) -> list[tuple[Branch, Commit]]:
        """Return the branches that a pattern matches: `relauto.git.revisions.find_branches`."""
        return revisions.find_branches(self.git, pattern)

    def main_branch(self) -> Branch:
        """Return the main branch: `relauto.git.revisions.find_main`."""
        return revisions.find_main(self.git, bare=self.bare)

    def commit_object(self, commit: Commit) -> CommitObject:
        """Return `commit` as it is stored.

        Raises:
            MissingObjectError: the repository does not hold it.
        """
        return CommitObject.parse(self.store.read(commit, "commit"))

    def is_signed(self, commit: Commit) -> bool:
        """Tell whether a commit carries a signature, by whomever.

        Raises:
            MissingObjectError: the repository does not hold it.
        """
        return b"\ngpgsig " in self.store.read(commit, "commit").partition(b"\n\n")[0]

    def commit(self, commit: Commit) -> CommitFacts:
        """Return what `commit` says about itself.

        Raises:
            MissingObjectError: the repository does not hold it.
        """
        return describe(commit, self.commit_object(commit))

    def commits(self, base: Commit, head: Commit, *, first_parent: bool = False) -> list[CommitFacts]:
        """Return the commits of `base..head`, oldest first, parents before children."""
        only = ["--first-parent"] if first_parent else []
        return [self.commit(found) for found in self.list_commits(*only, f"{base}..{head}")]

    def stream(self, *arguments: str, input: bytes = b"") -> Iterator[bytes]:  # noqa: A002 - as `Git.stream`
        """Yield the parts of what git prints as they come, each ended by a NUL (`Git.stream`).

        Raises:
            MissingObjectError: an object is absent.
            GitError: it failed for another reason.
        """
        try:
            yield from self.git.stream(*arguments, input=input)
        except GitError as error:
            raise self.explain(error.answer) from error

    def list_commits(self, *arguments: str) -> list[Commit]:
        """Return what git-rev-list(1) lists for `arguments`, oldest first, parents before children."""
        answer = self.git.read("rev-list", "--topo-order", "--reverse", *arguments)
        return [Commit(line) for line in answer.splitlines()]

    def is_ancestor(self, ancestor: Commit, descendant: Commit) -> bool:
        """Tell whether `ancestor` is `descendant` or reachable from it."""
        answer = self.git.ask("merge-base", "--is-ancestor", ancestor, descendant)
        if answer.status not in (0, 1):
            raise GitError(answer)
        return answer.status == 0

    def merge_base(self, one: Commit, other: Commit) -> Commit | None:
        """Return the best common ancestor, or None when the two share no history."""
        answer = self.git.ask("merge-base", one, other)
        if answer.status not in (0, 1):
            raise GitError(answer)
        return None if answer.status else Commit(answer.text)

    def look_beyond(self, commit: Commit, line: Commit, path: str) -> Beyond:
        """Return what `line` has beyond `commit`: `relauto.git.beyond.look_beyond`. It is looked at once.

        Raises:
            MissingObjectError: a commit is absent.
            GitError: git could not walk the history for another reason.
        """
        key = commit, line, path
        if key not in self._beyond:
            if len(self._beyond) >= _MOST:
                self._beyond.clear()
            try:
                self._beyond[key] = beyond.look_beyond(self.git, *key)
            except GitError as error:
                raise self.explain(error.answer) from error
        return self._beyond[key]

    def tags(self, merged: Commit | None = None) -> dict[Tag, Commit]:
        """Return the tags on commits: `relauto.git.refs.list_tags`."""
        return refs.list_tags(self.git, self.store, merged)

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Return the refs under `prefix`: `relauto.git.refs.list_refs`."""
        return refs.list_refs(self.git, prefix)

    def update_refs(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs, all or none: `relauto.git.refs.update_refs`."""
        refs.update_refs(self.git, updates)

    def read_file(self, commit: Commit, path: str) -> bytes | None:
        """Return the content of a file, or None when `commit` has no file at `path`.

        Raises:
            MissingObjectError: it has one, and the content is absent.
        """
        entry = tree.find_entry(self.store, self.commit_object(commit).tree, path)
        if entry is None or entry.is_directory or entry.is_module:
            return None
        return self.store.read(entry.id, "blob")

    def changed_paths(self, base: str, head: str) -> tuple[str, ...]:
        """Return the paths that differ between two commits or trees; a rename is two of them.

        Raises:
            MissingObjectError: a tree is absent.
        """
        answer = self.git.ask("diff-tree", "-r", "-z", "--name-only", "--no-renames", base, head)
        if answer.status:
            raise self.explain(answer)
        paths = answer.output.decode("utf-8", "surrogateescape").split("\0")
        return tuple(path for path in paths if path)

    def changed_contents(self, base: str, head: str) -> dict[str, tuple[str, str]]:
        """Return what was at each path that differs, and what is; all noughts for nothing.

        Raises:
            MissingObjectError: a tree is absent.
        """
        answer = self.git.ask("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", base, head)
        if answer.status:
            raise self.explain(answer)
        fields = answer.output.decode("utf-8", "surrogateescape").split("\0")
        rows = zip(fields[::2], fields[1::2], strict=False)
        return {path: (facts.split(" ")[2], facts.split(" ")[3]) for facts, path in rows}

    def count_lines(self, base: str, head: str) -> int:
        """Return how many lines were added and taken away from one commit or tree to another.

        Raises:
            MissingObjectError: a file's content is absent.
            GitError: git failed.
        """
        answer = self.git.ask("diff-tree", "-r", "--numstat", "--no-renames", base, head)
        if answer.status:
            raise self.explain(answer)
        counts = [count for row in answer.text.splitlines() for count in row.split("\t")[:2]]
        return sum(int(count) for count in counts if count.isdigit())

    def missing_objects(self, commit: Commit) -> tuple[export.MissingObject, ...]:
        """Return what is absent of the files of `commit`: `relauto.git.export.find_missing`."""
        return export.find_missing(self.git, commit)

    def export(self, commit: Commit, destination: Path) -> None:
        """Write the files of `commit` to disk: `relauto.git.export.export_files`."""
        export.export_files(self.store, self.commit_object(commit).tree, destination)

    def archive(self, commit: Commit, prefix: str) -> bytes:
        """Return the files of `commit` as .tar.gz: `relauto.git.export.make_archive`."""
        return export.make_archive(self.git, commit, prefix, self._remote)

    def write_files(self, base: str, files: Mapping[str, bytes | None]) -> str:
        """Return the id of the tree `base` with `files` in it: `relauto.git.tree.write_files`."""
        return tree.write_files(self.store, base, files)

    def write_commit(
        self, tree_id: str, parents: Sequence[Commit], message: str, author: Signature, committer: Signature
    ) -> Commit:
        """Store a commit, which no ref points at yet, and return its id.

        Raises:
            InputError: the message is empty or holds a NUL, or a signature is unfit.
        """
        return self.write_object(
            CommitObject(tree_id, tuple(parents), author.line, committer.line, _check_message(message))
        )

    def write_object(self, stored: CommitObject, signer: Signer | None = None) -> Commit:
        """Store a commit as given, signed where there is a signer, and return its id.

        Raises:
            InputError: it could not be signed.
        """
        if stored.tree == EMPTY_TREE:
            # git reads the empty tree without having it, and calls it missing in fsck and in a push.
            self.store.write("tree", b"")
        content = stored.serialize()
        return Commit(self.store.write("commit", sign_commit(content, signer) if signer else content))

    def rewrite(self, base: Commit, head: Commit, signer: Signer | None) -> dict[Commit, Commit]:
        """Write the commits of `base..head` anew, all signed or none, and return what each became.

        Raises:
            InputError: one could not be signed.
        """
        made: dict[Commit, Commit] = {}
        for commit in self.list_commits(head, f"^{base}"):
            stored = self.commit_object(commit)
            parents = tuple(made.get(parent, parent) for parent in stored.parents)
            made[commit] = self.write_object(replace(stored, parents=parents), signer)
        return made

    def write_tag(
        self, tag: Tag, commit: Commit, message: str, tagger: Signature, signer: Signer | None = None
    ) -> str:
        """Store an annotated tag object, signed where there is a signer, and return its id.

        No ref points at it yet.

        Raises:
            InputError: the message is empty or holds a NUL, the tagger is unfit, or it could not be signed.
        """
        head = f"object {commit}\ntype commit\ntag {tag}\ntagger {tagger.line}\n\n"
        content = (head + _check_message(message)).encode("utf-8", "surrogateescape")
        return self.store.write("tag", sign_tag(content, signer) if signer else content)

    def is_tag_of(self, object_id: str, message: str, tagger: Signature) -> bool:
        """Return whether an object is a tag with exactly this message, signed or not, by this tagger.

        When it was made does not matter.

        Raises:
            MissingObjectError: the repository does not hold it.
        """
        kind, content = self.store.look(object_id)
        head, _, text = content.decode("utf-8", "surrogateescape").partition("\n\n")
        made = next((line for line in head.splitlines() if line.startswith("tagger ")), "")
        found, said = parse_signature(made.removeprefix("tagger ")), _check_message(message)
        same = (found.name, found.email) == (tagger.name, tagger.email)
        signed = text.removeprefix(said).startswith("-----BEGIN ")
        return kind == "tag" and same and (text == said or (text.startswith(said) and signed))

    def moment(self, commit: Commit) -> datetime:
        """Return when `commit` was committed."""
        return self.commit(commit).committer.at


def _check_message(message: str) -> str:
    if not message.strip() or "\0" in message:
        raise InputError("a commit or a tag needs a message, and one without NUL")
    return message.rstrip("\n") + "\n"


def _explain_refusal(path: Path, said: str) -> InputError:
    if "dubious ownership" in said or "safe.directory" in said:
        return InputError(
            f"git does not trust {path}: it belongs to another user",
            todo=f"if you do, run: git config --global --add safe.directory {path}",
        )
    if "not a git repository" in said:
        return InputError(f"there is no git repository at {path}", todo="name a clone or a bare repository")
    return InputError(f"git cannot open {path}: {said}")


def list_object_directories(path: Path) -> list[Path]:
    """Return the object directories of a repository: its own and those it borrows from in turn."""
    with Repository.open(path) as source:
        pending = [source.common / "objects"]
    found: list[Path] = []
    while pending:
        directory = pending.pop(0)
        if directory in found:
            continue
        found.append(directory)
        borrowed = directory / "info" / "alternates"
        if borrowed.is_file():
            lines = borrowed.read_text().splitlines()
            pending += [(directory / line).resolve() for line in lines if line and not line.startswith("#")]
    return found
