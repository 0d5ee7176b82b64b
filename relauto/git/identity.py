"""Who commits: the identity that git's own settings name."""

import re

from relauto.git.runner import Git

_IDENTITY = re.compile(r"(.*) <(.*)> \d+ [+-]\d{4}")


def find_identity(git: Git) -> tuple[str, str] | None:
    """Return (name, email) of the committer as configured, or None when nobody configured one.

    What git would guess from the login and the host name does not count.
    """
    answer = git.ask("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    found = None if answer.status else _IDENTITY.fullmatch(answer.text)
    return (found[1], found[2]) if found and found[1] and found[2] else None
