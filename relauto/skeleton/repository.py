"""The repository on GitHub that the files are written to.

An empty one gets them in its first commit. Any other gets a pull request from a branch that is named by
what it proposes: the same proposal is never made twice, not even after somebody has declined it, and no
branch is ever moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from relauto.clock import Clock
from relauto.comms.rendering import shipped
from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.github.client import Client
from relauto.github.pulls import Pull, find_pulls, open_pull
from relauto.github.repositories import read_login, read_repository
from relauto.model.names import Branch, Commit
from relauto.skeleton.plan import Plan

_TITLE = "Write what relauto begins with"


@dataclass(frozen=True)
class Delivery:
    """Where the files went; `pull` is the number of the pull request, None where there is none."""

    text: str
    pull: int | None = None


class HostedRepository:
    """One repository as it is now: `default` is its default branch, `head` its tip, None while it is empty.

    Args:
        client: to its API.
        mirror: of its git repository.
        clock: dates the commits.
        private: whether what is to be written names customers.

    Raises:
        InputError: it is public, and must not be.
        RemoteError: it cannot be read.
    """

    def __init__(self, client: Client, mirror: Mirror, clock: Clock, *, private: bool) -> None:
        facts = read_repository(client)
        if private and not facts.private:
            raise InputError(
                f"{facts.name} is public, and customers' names are to stand in it",
                todo="make it private, or name another with --ops; nothing was written",
            )
        self.default = facts.default_branch
        self.head = mirror.fetch_default()
        self._client, self._mirror, self._clock = client, mirror, clock

    def read(self, path: str) -> str | None:
        """Return the text of a file on the default branch; None where there is none.

        Raises:
            InputError: it is no text.
        """
        content = self._mirror.repository.read_file(self.head, path) if self.head else None
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError as error:
            raise InputError(
                f"{self._client.repository}:{path} is no text: {error}", todo="mend it, then run again"
            ) from error

    def deliver(self, plan: Plan) -> Delivery:
        """Write the files of a plan, by the first commit or by a pull request.

        Raises:
            RemoteError: they were not taken; run again, and nothing is done twice.
        """
        if not plan.files:
            return Delivery("nothing is to be written")
        tree = self._write_tree(plan.files)
        if self.head is None:
            self._push(self.default, self._write_commit(tree))
            return Delivery(f"written to {self.default} in its first commit")
        return self._propose(plan, tree)

    def _propose(self, plan: Plan, tree: str) -> Delivery:
        branch = Branch(f"relauto/init-{tree[:12]}")
        known = find_pulls(self._client, branch, self.default)
        declined = next((pull for pull in known if pull.state != "open"), None)
        if declined:
            return Delivery(
                f"proposed before in #{declined.number}, which is {declined.state}", declined.number
            )
        if not known:
            self._push_branch(branch, tree)
        pull = self._open(plan, branch)
        return Delivery(f"proposed in #{pull.number}: {pull.url}", pull.number)

    def _push_branch(self, branch: Branch, tree: str) -> None:
        self._mirror.fetch([branch.ref])
        if not self._mirror.repository.refs(branch.ref):
            self._push(branch, self._write_commit(tree))

    def _open(self, plan: Plan, branch: Branch) -> Pull:
        body = shipped().render("init/pull.md", updates=plan.updates)
        return open_pull(self._client, head=branch, base=self.default, title=_TITLE, body=body)

    def _write_tree(self, files: Mapping[str, str]) -> str:
        repository = self._mirror.repository
        base = repository.commit_object(self.head).tree if self.head else EMPTY_TREE
        return repository.write_files(base, {path: text.encode() for path, text in files.items()})

    def _write_commit(self, tree: str) -> Commit:
        login = read_login(self._client)
        signature = Signature(login, f"{login}@users.noreply.github.com", self._clock.now())
        parents = [self.head] if self.head else []
        return self._mirror.repository.write_commit(tree, parents, _TITLE, signature, signature)

    def _push(self, branch: Branch, commit: Commit) -> None:
        self._mirror.push([RefUpdate(branch.ref, None, commit)])
