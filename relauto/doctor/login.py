"""Who relauto is on GitHub: whether what has to follow its deeds does."""

from collections.abc import Iterator

from relauto.doctor.finding import Finding
from relauto.errors import RemoteError
from relauto.github.repositories import read_login
from relauto.session import Session
from relauto.stages.building.workflow import ACTIONS


def examine_login(session: Session) -> Iterator[Finding]:
    """Yield what a workflow's own token cannot bring about, where it is the product's.

    GitHub's "GITHUB_TOKEN": what it pushes starts no workflow, and since June 2026 the workflows of the pull
    requests that it opens wait for somebody; its rights never include workflow files.
    """
    name, check = session.source.repository, "token.login"
    try:
        login = read_login(session.source)
    except RemoteError as error:
        yield Finding(check, "unknown", f"{name}: whose the token is could not be read: {error.what}")
        return
    if login != ACTIONS:
        yield Finding(check, "ok", f"{name}: relauto is {login}")
        return
    yield Finding(
        check,
        "warning",
        f"{name}: the token is a workflow's own (GITHUB_TOKEN): what it pushes and tags starts no CI, the"
        " checks of its pull requests wait until somebody lets them run, it may change no workflow file,"
        " reaches no other repository, and ends with its job",
        "give relauto a GitHub App or a login of its own",
    )
