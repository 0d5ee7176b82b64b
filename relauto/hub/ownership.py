"""What the owner of a hub's directory sets up there, beside what its API lets people do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from relauto.clock import Clock
from relauto.errors import InputError
from relauto.git.runner import Git
from relauto.hub.outage import Mode, write_outage
from relauto.hub.past import Past
from relauto.hub.records import (
    Access,
    Comment,
    Edit,
    Event,
    Issue,
    Level,
    Method,
    Protection,
    Repository,
    TokenKind,
    User,
)
from relauto.hub.script import Rule, read_script, write_script
from relauto.hub.signing import keep_key, make_key
from relauto.hub.store import Store, Transaction
from relauto.hub.tokens import check_shape, find_lifetime, put_token, replace_full_token, seat_account
from relauto.model.names import Branch, RepositoryName


class Ownership:
    """The directory of a hub: accounts, repositories, their protection, and what fails on purpose.

    Set-up is idempotent, so that a restart may repeat it.
    """

    def __init__(self, root: Path, clock: Clock) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._clock = clock
        self._store = Store(root)
        self._past = Past(root, self._store)

    def add_user(self, login: str, *, token: str, app: str | None = None, site_admin: bool = False) -> None:
        """Add an account with a token that has its every right, or give it another such token.

        Args:
            login: its name.
            token: what it authenticates with; only a digest is kept.
            app: the slug of the GitHub App that the token is of; only apps may create check runs.
            site_admin: may do everything everywhere.
        """
        with self._writing() as (tx, now):
            known = tx.get(User, "", login.lower())
            user = User(
                id=known.id if known else tx.next("id"),
                login=login,
                app=app,
                site_admin=site_admin,
                created_at=known.created_at if known else now,
            )
            tx.put("", login.lower(), user)
            replace_full_token(tx, login, token)

    def add_token(
        self,
        login: str,
        *,
        token: str,
        kind: TokenKind,
        scopes: Sequence[str] = (),
        repositories: Sequence[RepositoryName] | None = None,
        permissions: Mapping[str, Access] | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Give an account one more token, or that token other rights.

        Args:
            login: whose; `SLUG[bot]` for a GitHub App's, whose account is made when it is not there.
            token: what it authenticates with; only a digest is kept.
            kind: `classic`, `fine_grained`, `app` (an installation's), `actions` (a workflow's own) or
                `full` (every right of the account).
            scopes: a classic token's, as `repo`.
            repositories: where the others' permissions hold; None: wherever the account may go.
            permissions: theirs, as `{"contents": "write"}`. Everybody has `metadata`.
            expires_at: when it stops working; by default never, after an hour for an app's and after six
                for a workflow's.

        Raises:
            InputError: there is no such account, or GitHub has no such token.
        """
        check_shape(kind, login, scopes, permissions or {})
        lifetime = find_lifetime(kind)
        if expires_at is None and lifetime:
            expires_at = self._clock.now() + lifetime
        rights: dict[str, Any] = {"scopes": scopes, "repositories": repositories, "permissions": permissions}
        with self._writing() as (tx, now):
            seat_account(tx, login, kind, now)
            put_token(tx, login, token, kind, **rights, expires_at=expires_at)

    def add_repository(
        self,
        name: RepositoryName,
        git_directory: Path,
        *,
        private: bool,
        default_branch: Branch,
        access: Mapping[str, Level],
        archived: bool = False,
        allow_merge: bool = True,
        allow_squash: bool = True,
        allow_rebase: bool = True,
        allow_auto_merge: bool = False,
    ) -> None:
        """Serve a bare repository under a name, or change how it is served.

        Raises:
            InputError: there is no bare repository in that directory.
        """
        directory = git_directory.resolve()
        if not directory.is_dir() or Git(directory).ask("rev-parse", "--is-bare-repository").text != "true":
            raise InputError(f"{git_directory} is not a bare repository")
        with self._writing() as (tx, now):
            known = tx.get(Repository, "", name.lower())
            repository = Repository(
                id=known.id if known else tx.next("id"),
                full_name=str(name),
                git_directory=str(directory),
                private=private,
                default_branch=str(default_branch),
                access=dict(access),
                archived=archived,
                allow_merge=allow_merge,
                allow_squash=allow_squash,
                allow_rebase=allow_rebase,
                allow_auto_merge=allow_auto_merge,
                created_at=known.created_at if known else now,
                updated_at=known.updated_at if known else now,
            )
            tx.put("", name.lower(), repository)

    def protect(
        self,
        name: RepositoryName,
        branch: Branch,
        *,
        required_checks: Sequence[str] = (),
        apps: Mapping[str, str] | None = None,
        reviews: int = 0,
        strict: bool = False,
        ruleset: bool = False,
        signatures: bool = False,
        linear: bool = False,
        methods: Sequence[Method] = (),
        queue: Method | None = None,
        locked: bool = False,
        pushers: Sequence[str] | None = None,
    ) -> None:
        """Protect a branch: what its pull requests need, and that it is not pushed to without that.

        It can then be neither deleted nor moved back, whatever else is asked for.

        Args:
            name: the repository.
            branch: the branch; it need not exist.
            required_checks: names of check runs or statuses that must pass.
            apps: by such a name, the slug of the one App whose check runs count.
            reviews: approvals by people with write access; above 0 also means that changes come by pull
                requests alone.
            strict: the head must have all of the base.
            ruleset: shown by the rules (GET rules/branches/…) instead of by classic branch protection.
            signatures: every commit must be signed with a key that the hub knows (`add_signing_key`).
            linear: no merge commits.
            methods: the ways in which pull requests may be merged, of those that the repository allows; a
                ruleset's alone.
            queue: changes come through a merge queue alone, which merges in this way; a ruleset's alone.
            locked: nobody may move it.
            pushers: the only ones who may; classic protection's alone.

        Raises:
            InputError: the one of GitHub's two systems that is asked for cannot say such a thing.
        """
        if (methods or queue) and not ruleset:
            raise InputError("methods and a merge queue are a ruleset's", todo="protect with ruleset=True")
        if pushers is not None and ruleset:
            raise InputError("classic protection alone says who may push", todo="protect with ruleset=False")
        if signatures:
            make_key(self._root)
        with self._writing() as (tx, _):
            known = tx.get(Protection, name, branch)
            protection = Protection(
                id=known.id if known else tx.next("id"),
                branch=str(branch),
                required_checks=tuple(required_checks),
                apps=dict(apps or {}),
                reviews=reviews,
                strict=strict,
                ruleset=ruleset,
                signatures=signatures,
                linear=linear,
                methods=tuple(methods),
                queue=queue,
                locked=locked,
                pushers=None if pushers is None else tuple(pushers),
            )
            tx.put(name, branch, protection)

    def unprotect(self, name: RepositoryName, branch: Branch) -> None:
        """Take a branch's protection away."""
        with self._writing() as (tx, _):
            tx.drop(Protection, name, branch)

    def delete_issue(self, name: RepositoryName, number: int) -> None:
        """Delete an issue with its comments, as people do in the browser; there is no REST call for it."""
        with self._writing() as (tx, _):
            tx.drop(Issue, name, number)
            for comment in tx.all(Comment, name):
                if comment.number == number:
                    tx.drop(Comment, name, comment.id)

    def delete_revision(self, name: RepositoryName, number: int, revision: int, by: str) -> None:
        """Delete the text of an issue's earlier version, counted from 0, as people do in the browser.

        Raises:
            LookupError: there is none, or it is the one that is shown.
        """
        with self._writing() as (tx, now):
            issue = tx.get(Issue, name, number)
            edits = [edit for edit in tx.all(Edit, name) if issue and edit.of == issue.id]
            edit = edits[:-1][revision]
            gone = msgspec.structs.replace(edit, text=None, deleted_by=by, deleted_at=now)
            tx.put(name, edit.id, gone)

    def set_outage(self, mode: Mode) -> None:
        """Let the hub fail on purpose from the next request on, or stop failing."""
        write_outage(self._store, mode)

    def set_faults(self, *rules: Rule) -> None:
        """Let single requests fail on purpose from now on (`relauto.hub.script`); no rules end it.

        Raises:
            InputError: there is no such fault, or a request is no regular expression.
        """
        write_script(self._store, rules)

    def faults(self) -> tuple[Rule, ...]:
        """Return the rules by which requests fail, with how many they have met and failed."""
        return read_script(self._store)

    def keep_past(self) -> None:
        """Let a stale read answer from how it is now, until the next write while one is still to come."""
        self._past.keep()

    def add_signing_key(self, login: str, public_key: str) -> None:
        """Let what an account signs with an SSH key count as signed; `public_key` is the line of its file.

        Unlike GitHub the hub does not compare the committer's address with the account's.
        """
        keep_key(self._root, login, public_key)

    def events(self, *, after: int = 0) -> list[Event]:
        """Return the log, or what it has beyond the event with that id."""
        with self._store.transaction() as tx:
            return tx.all(Event, "", after=after)

    @contextmanager
    def _writing(self) -> Iterator[tuple[Transaction, str]]:
        with self._store.transaction() as tx:
            yield tx, self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
