"""The hub's server: set up by the owner of its directory, served on loopback."""

import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from relauto.clock import Clock, SystemClock
from relauto.errors import InputError
from relauto.git.runner import Git
from relauto.hub.application import Application
from relauto.hub.failing import FailingApplication
from relauto.hub.files import Files
from relauto.hub.guard import install_hooks
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

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _QuietHandler(WSGIRequestHandler):
    """Answers without a line on stderr for each."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002, ARG002
        return


class Hub:
    """An embedded GitHub whose state lies in one directory.

    A hub may be closed, or killed, between any two requests and made again over the same directory: it
    goes on where it was. Set-up is idempotent, so that a restart may repeat it.

    Args:
        root: the directory; made when it is not there. Bare repositories may lie anywhere.
        port: the port to serve on; 0 takes a free one.
        clock: where the hub takes the time from.
        limit: requests that each account may send in an hour.
        background: find out whether a pull request can be merged only after the first look, as GitHub
            does, instead of at once.
        tls: a certificate and its key, both PEM files; the hub is then at `https://`.
        wrap: put around the application, to make a network fail in a test.
    """

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        clock: Clock | None = None,
        limit: int = 5000,
        background: bool = False,
        tls: tuple[Path, Path] | None = None,
        wrap: "Callable[[WSGIApplication], WSGIApplication] | None" = None,
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._clock = clock or SystemClock()
        self._store = Store(root)
        self._past = Past(root, self._store)
        self._limit, self._background = limit, background
        self.application = self._make_application(self._store)
        self._wrap = wrap
        self._tls = tls
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._meanwhile: list[tuple[re.Pattern[str], Callable[[], object]]] = []

    def __enter__(self) -> "Hub":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Serve from a thread until `close`.

        Raises:
            InputError: the port is taken, or the certificate cannot be used.
        """
        application = FailingApplication(
            self._store,
            self.application,
            self._past,
            self._make_application,
            self._clock,
            self._meanwhile,
        )
        context = _load_certificate(*self._tls) if self._tls else None
        try:
            self._server = make_server(
                "127.0.0.1",
                self._port,
                self._wrap(application) if self._wrap else application,
                threaded=True,
                request_handler=_QuietHandler,
                ssl_context=context,
            )
        except (OSError, SystemExit) as error:
            raise InputError(f"port {self._port} cannot be served on", todo="name another port") from error
        self._port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _make_application(self, store: Store) -> Application:
        files, hooks = Files(self._root), install_hooks(self._root)
        return Application(store, files, hooks, self._clock, limit=self._limit, background=self._background)

    def wait(self) -> None:
        """Return when the hub is closed."""
        if self._thread:
            self._thread.join()

    def close(self) -> None:
        """Stop serving and let go of the directory."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None
        self._past.close()
        self._store.close()

    @property
    def address(self) -> str:
        """Where the hub is, `http://127.0.0.1:PORT` (`https://` with a certificate)."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def api(self) -> str:
        """Where its REST interface is."""
        return f"{self.address}/api/v3"

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

    def unprotect(self, name: RepositoryName, branch: Branch) -> None:
        """Take a branch's protection away."""
        with self._writing() as (tx, _):
            tx.drop(Protection, name, branch)

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

    def let_happen(self, request: str, deed: Callable[[], object]) -> None:
        """Let somebody do something just before the next request of that name is answered, once.

        `request` is a regular expression searched in names such as `PATCH /path?query`; the deed may send
        requests of its own.
        """
        self._meanwhile.append((re.compile(request), deed))

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


def _load_certificate(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # an SSLError is one
        raise InputError(
            f"{certificate} with {key} cannot be used for TLS: {error}",
            todo="give two PEM files that belong together",
        ) from error
    return context


def describe(hub: Hub) -> bytes:
    """Return the line of JSON that a hub in a process of its own prints about itself."""
    return msgspec.json.encode({"schema": 1, "address": hub.address, "api": hub.api})
