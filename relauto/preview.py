"""A notice as it would be drafted now, from what a copy of the operations repository says."""

from datetime import datetime

from msgspec.structs import replace

from relauto.comms.guard import arm
from relauto.comms.notices import CUSTOMER, NoticeAudience
from relauto.comms.rendering import Renderer
from relauto.comms.story import tell
from relauto.errors import InputError
from relauto.git.mirror import DEFAULT
from relauto.git.repository import Repository
from relauto.guard.customers import find_customers
from relauto.guard.guard import Guard
from relauto.journal.log import JournalReader, require_opened
from relauto.model.names import Commit
from relauto.model.playbook import load_playbook
from relauto.session import find_folder
from relauto.settings.file import FILE, parse_settings
from relauto.settings.options import Settings
from relauto.stages.outbox import make_notice, write_notice


def choose_audience(step: str, wanted: str) -> NoticeAudience:
    """Return the audience that a person means; where none is named, that which the step's notice has.

    Raises:
        InputError: there is no such audience.
    """
    if wanted not in ("", "customer", "internal"):
        raise InputError(f"there is no audience {wanted!r}", todo="internal or customer")
    return "customer" if (wanted or step in CUSTOMER) and wanted != "internal" else "internal"


def preview_notice(
    reader: JournalReader, local: Settings, step: str, audience: NoticeAudience, *, now: datetime
) -> str:
    """Return a notice as the file that would be drafted; nothing is written.

    Settings and customers are those on the default branch of the repository that `reader` reads, as it was
    fetched last; `local` are the settings where that has none.

    Raises:
        InputError: there is no notice for this step and audience, or what it is made from has faults.
        LeakError: it holds what its audience must not read.
    """
    incident, head = require_opened(reader), _find_default(reader.repository)
    settings = _read_settings(reader.repository, head, local)
    product, contacts = settings.product, settings.contacts
    playbook, _ = load_playbook(find_folder(settings.playbook_dir))
    guard = Guard()
    if audience == "customer":
        customers = find_customers(
            lambda name: reader.repository.read_file(head, name),
            settings.guard.customers,
            settings.repositories.ops,
        )
        arm(guard, incident, customers or {}, settings)
    notice = make_notice(
        step,
        audience,
        incident,
        tell(incident, playbook, now=now, contacts=contacts, product=product),
        guard=guard,
        renderer=Renderer(find_folder(settings.templates_dir)),
    )
    return write_notice(notice, audience).decode()


def _find_default(repository: Repository) -> Commit:
    """Return the tip of the default branch as it was fetched last, in a mirror or in somebody's clone.

    Raises:
        InputError: nothing says which it is: whom a text must not name is not known then.
    """
    known = repository.refs(DEFAULT).get(DEFAULT)
    if known:
        return Commit(known)
    branch = repository.main_branch()
    fetched = f"refs/remotes/origin/{branch}"
    return Commit(repository.refs(fetched).get(fetched) or repository.find_branch(branch)[1])


def _read_settings(repository: Repository, head: Commit, local: Settings) -> Settings:
    content = repository.read_file(head, FILE)
    if content is None:
        return local
    shared = parse_settings(content.decode("utf-8", "replace"), f"{local.repositories.ops}:{FILE}")
    return replace(shared, github=local.github, cache=local.cache)
