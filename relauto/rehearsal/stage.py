"""Sets the stage: the repositories, the hub over them, the accounts of the cast, the project's settings."""

import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.signer import Signer, Signing, make_ssh_key
from relauto.hub.records import Level
from relauto.hub.server import Hub
from relauto.model.names import Branch
from relauto.model.roster import FILE as ROSTER_FILE
from relauto.opening import Request
from relauto.rehearsal.clone import make_clone
from relauto.rehearsal.folder import Folder, Record
from relauto.rehearsal.scenarios import SCENARIOS
from relauto.rehearsal.stockroom import make_stockroom
from relauto.rehearsal.world import BOT, CHECK, LOGINS, OPS, PEOPLE, QA, ROSTER, World
from relauto.settings.file import FILE as SETTINGS_FILE
from relauto.settings.file import parse_settings
from relauto.settings.options import Settings

_MAIN = Branch("main")
_MOMENT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def build(folder: Folder, record: Record) -> World:
    """Return the rehearsal's world, writing its repositories unless that was done before."""
    told = folder.private / "world.json"
    product = folder.path / "product.git"
    if record.built:
        # The folder may have been moved or copied since: nothing may be done in the other place.
        return replace(World.decode(told.read_bytes()), git_directory=product)
    folder.clear()
    if record.options.repository:
        world = make_clone(product, record.options)
    else:
        world = make_stockroom(product, SCENARIOS[record.options.scenario])
    make_offices(world, ops=folder.path / "ops.git", qa=folder.private / "qa.git")
    told.write_bytes(world.encode())
    return world


def make_offices(world: World, *, ops: Path, qa: Path) -> None:
    """Write the private repositories: that of operations, with settings and roster, and that of QA."""
    _make_private(ops, {SETTINGS_FILE: world.settings, ROSTER_FILE: ROSTER})
    _make_private(qa, {"README.md": "Issues for QA.\n"})


def _make_private(directory: Path, files: dict[str, str]) -> None:
    with Repository.init(directory, default_branch=_MAIN) as repository:
        tree = repository.write_files(EMPTY_TREE, {path: text.encode() for path, text in files.items()})
        author = Signature("Robin Okafor", "robin@acme.example", _MOMENT)
        commit = repository.write_commit(tree, [], "Set up\n", author, author)
        repository.update_refs([RefUpdate(_MAIN.ref, None, commit)])


def open_hub(folder: Folder, record: Record) -> Hub:
    """Return a hub over the folder, to be started; on the port of the last time where that is free."""
    return Hub(folder.private / "hub", port=record.port if _is_free(record.port) else 0)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def seat(hub: Hub, world: World, folder: Folder, record: Record) -> dict[str, str]:
    """Give everybody an account, a token and rights on the hub; return the tokens by login."""
    tokens = name_tokens(record)
    admit(hub, world, tokens, ops=folder.path / "ops.git", qa=folder.private / "qa.git")
    prepare = SCENARIOS[record.options.scenario].prepare
    if prepare:
        prepare(hub, world)
    return tokens


def name_tokens(record: Record) -> dict[str, str]:
    """Return everybody's token by login."""
    return {login: f"rehearsal-{record.incident}-{login}" for login in LOGINS}


def admit(hub: Hub, world: World, tokens: Mapping[str, str], *, ops: Path, qa: Path) -> None:
    """Let the hub serve the repositories to everybody, each with their token; safe to repeat."""
    for login, token in tokens.items():
        hub.add_user(login, token=token, app="rehearsal-ci" if login == PEOPLE["ci"] else None)
    everybody: dict[str, Level] = dict.fromkeys(tokens, "write")
    people = {login: level for login, level in everybody.items() if login != PEOPLE["ci"]}
    hub.add_repository(
        world.product, world.git_directory, private=False, default_branch=world.main, access=everybody
    )
    hub.add_repository(OPS, ops, private=True, default_branch=_MAIN, access=people)
    hub.add_repository(QA, qa, private=True, default_branch=_MAIN, access=people)
    for branch in (world.main, world.line):
        hub.protect(world.product, branch, required_checks=[CHECK], reviews=1)


def make_signing(hub: Hub, folder: Folder, record: Record) -> Signing:
    """Return how relauto signs: with a key made for the rehearsal where the scenario wants one, else not.

    Raises:
        InputError: this machine has no ssh-keygen.
    """
    if not SCENARIOS[record.options.scenario].signed:
        return Signing()
    key = folder.private / "signing-key"
    public = key.with_suffix(".pub")
    signer = Signer("ssh", "ssh-keygen", str(key)) if public.exists() else make_ssh_key(key, BOT)
    hub.add_signing_key(BOT, public.read_text("utf-8"))
    return Signing(signer, tags=True)


def make_request(world: World, record: Record, now: datetime) -> Request:
    """Return what the incident is opened with."""
    return Request(
        customer="the rehearsal's customer",
        installed=world.installed,
        started_at=now - timedelta(minutes=45),
        line=world.line,
        fix=world.fixes[0],
        instruction=world.instruction,
        version=record.options.version,
        base=record.options.base,
        incident=record.incident,
    )


def read_settings(folder: Folder, world: World, address: str) -> Settings:
    """Return the project's settings, pointed at the hub and at the rehearsal's own cache."""
    reference = f"reference = {_quote(world.reference)}\n" if world.reference else ""
    here = f"""
[github]
api = "{address}/api/v3"
git = "{address}"

[cache]
directory = {_quote(folder.private / "cache")}
{reference}"""
    return parse_settings(world.settings + here, "the rehearsal's settings")


def _quote(path: Path) -> str:
    # A JSON string without escapes of its own beyond TOML's is a TOML string.
    return json.dumps(str(path), ensure_ascii=False)
