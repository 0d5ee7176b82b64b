"""Where a remote repository is, and how its token reaches git: by environment, never by argument."""

import base64
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from relauto.authority import Authority
from relauto.errors import InputError
from relauto.proxy import is_past_proxies
from relauto.redaction import learn

_log = logging.getLogger(__name__)

_SCHEMES = ("http", "https", "ssh", "file")
SILENCE = 60
_SCP = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^:]+")


def set_config(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that gives git `settings` without an argument or a file (git-config(1))."""
    environment = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def add_settings(file: Path, settings: Mapping[str, str]) -> None:
    """Write `settings` below what stands in a file of git's settings, in one go (git-config(1), "Syntax")."""
    lines = []
    for key, value in settings.items():
        section, _, name = key.rpartition(".")
        kind, _, which = section.partition(".")
        head = f'[{kind} "{_escape(which)}"]' if which else f"[{kind}]"
        lines.append(f'{head}\n\t{name} = "{_escape(value)}"\n')
    with file.open("a", encoding="utf-8", errors="surrogateescape") as text:
        text.writelines(lines)


def isolate(address: "Address") -> dict[str, str]:
    """Return the environment in which git asks an address: no hook runs, and no push is signed."""
    pinned = {**address.settings, "core.hooksPath": os.devnull, "push.gpgSign": "false"}
    return {**set_config(pinned), **address.environment}


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


@dataclass(frozen=True)
class Address:
    """The URL of a repository, or an absolute path; the token for it over HTTP, and whom TLS trusts there.

    A token that everybody on the way could read is left out, which is told: over http only this machine
    gets one.

    `silence`: seconds without a byte after which git gives up, over HTTP; by itself it would wait for ever.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    authority: Authority | None = None
    silence: int = SILENCE

    def __post_init__(self) -> None:
        """Check the shape.

        Raises:
            InputError: git could read the URL as something else, or it carries a password.
        """
        learn(self.token or "")
        if self.url.startswith("/") or _SCP.fullmatch(self.url):
            return
        parts = urlsplit(self.url)
        if parts.scheme not in _SCHEMES or re.search(r"[\x00-\x20]", self.url):
            raise InputError(
                "the address of a repository is an http, https, ssh or file URL, or a path",
                todo="write it like https://github.com/acme/till.git, or begin a path with /",
            )
        if parts.password or (parts.username and parts.scheme.startswith("http")):
            raise InputError(
                f"the address at {parts.hostname} carries a name or a password",
                todo="leave it out of the URL and give the token by the environment",
            )
        if self.token and parts.scheme == "http" and not is_past_proxies(self.url):
            _log.warning("no token is sent over http, so %s gets none: name it by https", self.url)
            object.__setattr__(self, "token", None)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of git beside its settings: these alone outdo what the caller's environment says."""
        return self.authority.variables if self.authority else {}

    @property
    def settings(self) -> dict[str, str]:
        """The settings of git that let it in; with the token as GitHub takes it for git over HTTP.

        The header goes to this host only, and no credential helper is asked beside it.
        """
        parts = urlsplit(self.url)
        if not parts.scheme.startswith("http"):
            return {}
        way = {"http.lowSpeedLimit": "1", "http.lowSpeedTime": str(self.silence)}
        if is_past_proxies(self.url):
            way["http.proxy"] = ""
        if self.token is None:
            return way
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode("ascii")
        return {
            **way,
            f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"Authorization: Basic {basic}",
            "credential.helper": "",
        }
