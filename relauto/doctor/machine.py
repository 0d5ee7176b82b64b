"""This machine: git, what stands between it and GitHub, and its clock."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec

from relauto.doctor.finding import Finding
from relauto.git.runner import Git, require_git
from relauto.session import Session

_MOST_SKEW = 60.0
"""Seconds by which clocks may differ: times in the journal and deadlines are this machine's."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_GIT = ("http.proxy", "http.sslcainfo", "http.sslcapath", "http.sslverify")


def examine_machine(session: Session) -> Iterator[Finding]:
    """Yield what is found about git and the way to the network; a proxy's address may hold a password."""
    git = Git(Path.cwd())
    major, minor = require_git(git)
    yield Finding("git", "ok", f"git is {major}.{minor}")
    yield Finding("settings", "ok", f"the settings of {session.settings.source} are valid")
    given = [name for name in (*_PROXIES, *(each.lower() for each in _PROXIES)) if os.environ.get(name)]
    if given:
        yield Finding("network", "ok", f"a proxy in force: {', '.join(given)}")
    authority = session.authority
    if authority:
        said = f"certificates are checked by {authority.path} alone ({authority.source}), for the API and git"
        yield Finding("network", "ok", said)
    asked = [name for name in _GIT if git.ask("config", "--get", name).text]
    if asked:
        yield Finding("network", "ok", f"git's own settings in force: {', '.join(asked)}")


def examine_clock(session: Session) -> Iterator[Finding]:
    """Yield by how much this machine's clock differs from GitHub's."""
    _, headers = session.ops.read_with_headers("", msgspec.Raw)
    told = headers.get("date", "")
    try:
        there = parsedate_to_datetime(told)
    except ValueError:
        yield Finding("clock", "unknown", "GitHub does not tell the time")
        return
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    yield judge_clock(session.clock.now(), there)


def judge_clock(here: datetime, there: datetime) -> Finding:
    """Return what is to be said about two clocks."""
    skew = (here - there).total_seconds()
    if abs(skew) <= _MOST_SKEW:
        return Finding("clock", "ok", "this machine's clock agrees with GitHub's")
    way = "ahead of" if skew > 0 else "behind"
    return Finding(
        "clock",
        "warning",
        f"this machine's clock is {abs(skew):.0f} seconds {way} GitHub's",
        "set it (NTP): moments in the journal and deadlines are taken from it",
    )
