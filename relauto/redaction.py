"""Secrets are taken out of whatever is captured: what programs print, errors, what is told and kept.

Two things are known of a secret: that this process was given it (`learn`), in every form in which it travels,
and how tokens and keys look. This is the lowest layer, so that nothing has to be told of it.
"""

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote

HIDDEN = "***"
"""What stands for a secret."""

_SHORTEST = 8

_LOOKS = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|AKIA[0-9A-Z]{16}|xox[abpr]-[A-Za-z0-9-]{10,})"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-\"]+-----END [A-Z ]*PRIVATE KEY-----)?"
    r"|\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,}"
)
_CARRIED = re.compile(
    r"(?i)(?P<header>\bauthorization:\s*(?:basic|bearer|token)\s+)[^\s'\"]+|(?<=://)[^/@\s'\"]+(?=@)"
)
# A workflow's runner obeys what is written to the files of the last ones, and ACTIONS_ leads to its services.
_VARIABLE = re.compile(
    r"(?i)token|secret|password|credential|^GIT_CONFIG_|^CAST_"
    r"|^ACTIONS_|^GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$"
)

_known: dict[str, None] = {}


def learn(secret: str) -> None:
    """Take a token out of everything from now on, in each form in which relauto sends it.

    What is shorter than a token ever is stays: words would be lost with it.
    """
    if len(secret) < _SHORTEST:
        return
    basic = base64.b64encode(f"x-access-token:{secret}".encode()).decode("ascii")
    for form in (secret, basic, quote(secret, safe=""), base64.b64encode(secret.encode()).decode("ascii")):
        _known[form] = None


def learn_tokens(environment: Mapping[str, str]) -> None:
    """Learn what variables hold that are called tokens, under whatever other name it stands there, too."""
    for name, value in environment.items():
        if name.upper().endswith("TOKEN"):
            learn(value)


def redact(text: str) -> str:
    """Return a text in which asterisks stand for each secret."""
    for secret in _known:
        text = text.replace(secret, HIDDEN)
    text = _CARRIED.sub(lambda found: f"{found['header'] or ''}{HIDDEN}", text)
    return _LOOKS.sub(HIDDEN, text)


def holds_secret(text: str) -> bool:
    """Return whether a text holds a secret that was learnt, or what looks like a token or a key."""
    return holds_learnt(text) or bool(find_lookalikes(text))


def holds_learnt(text: str) -> bool:
    """Return whether a text holds a secret that was learnt."""
    return any(secret in text for secret in _known)


def find_lookalikes(text: str) -> tuple[tuple[int, int], ...]:
    """Return where in a text something looks like a token or a key, by start and end."""
    return tuple(found.span() for found in _LOOKS.finditer(text))


def holds_known(content: bytes) -> bool:
    """Return whether the bytes of a file hold a secret that was learnt."""
    return any(secret.encode() in content for secret in _known)


def strip_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables without those that could hold a secret, or through which a workflow's runner obeys.

    It is for programs that need none of them.
    """
    return {
        name: value
        for name, value in environment.items()
        if not _VARIABLE.search(name) and not (value and holds_secret(value))
    }
