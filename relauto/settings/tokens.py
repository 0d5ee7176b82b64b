"""Tokens: they are never settings, and come from the environment alone."""

import os
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from relauto.errors import InputError
from relauto.redaction import learn
from relauto.settings.options import GitHub


def read_token(part: Literal["source", "ops", "qa"], environment: Mapping[str, str] = os.environ) -> str:
    """Return the token for one part: `RELAUTO_<PART>_TOKEN`, else one of the names that all parts share.

    Raises:
        InputError: none of them is set.
    """
    names = (f"RELAUTO_{part.upper()}_TOKEN", "RELAUTO_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")
    for name in names:
        if environment.get(name):
            learn(environment[name])
            return environment[name]
    raise InputError(
        f"there is no token for the {part} repository",
        todo=f"set one of {', '.join(names)} in the environment",
    )


def find_host_token(
    url: str, trusted: GitHub | None = None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """Return the token for a repository that is named by its URL alone, None where there is none for it.

    `RELAUTO_TOKEN` is for whatever a person names. Where a clone names its remote, which is whatever its
    configuration says, it goes only to github.com and to the hosts of `trusted` (`find_github`). What other
    programs have set goes to GitHub alone, that is github.com, or the server that `GITHUB_SERVER_URL` or
    `GH_HOST` name.
    """
    parts = urlsplit(url)
    hosts = [urlsplit(each).netloc for each in (trusted.api, trusted.git)] if trusted else [parts.netloc]
    names = []
    if parts.scheme in ("http", "https") and parts.netloc.lower() in {"github.com", *map(str.lower, hosts)}:
        names.append("RELAUTO_TOKEN")
    server = urlsplit(environment.get("GITHUB_SERVER_URL", "")).hostname
    if parts.scheme == "https" and parts.hostname in ("github.com", server, environment.get("GH_HOST")):
        names += ["GH_TOKEN", "GITHUB_TOKEN"]
    token = next((environment[name] for name in names if environment.get(name)), None)
    learn(token or "")
    return token
