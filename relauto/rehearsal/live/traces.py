"""What a live run leaves on GitHub, and taking it away."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Any

from relauto.github import releases
from relauto.github.client import Client
from relauto.rehearsal.live.ground import Ground


@dataclass(frozen=True)
class Trace:
    """One thing that the run left; `verb`, `path` and `body` are the request that takes it away."""

    what: str
    client: Client
    verb: str
    path: str
    body: dict[str, str] | None = None


def list_traces(ground: Ground) -> list[Trace]:
    """Return what of this run is there and may be taken away, in the order in which it may.

    Raises:
        RemoteError: GitHub did not tell.
    """
    return [*_list_pulls(ground), *_list_releases(ground), *_list_refs(ground), *_list_issues(ground)]


def remove(trace: Trace) -> None:
    """Take one thing away.

    Raises:
        RefusedError, UnknownOutcomeError: as `Client.write`.
    """
    if trace.verb == "DELETE":
        trace.client.write("DELETE", trace.path, None, NoneType)
    else:
        trace.client.write("PATCH", trace.path, trace.body, dict[str, Any])


def describe_journal(ground: Ground) -> str:
    """Return what stays in any case: the journal is a record."""
    incident = ground.names.incident
    return f"{ground.place.ops}: the journal of {incident} and its release records, with closed issues"


def _list_pulls(ground: Ground) -> Iterator[Trace]:
    source = ground.session.source
    for pull in source.read_all("pulls", dict[str, Any], state="open"):
        if _is_ours(ground, pull["base"]["ref"]):
            yield Trace(
                f"{source.repository}#{pull['number']}",
                *(source, "PATCH", f"pulls/{pull['number']}"),
                {"state": "closed"},
            )


def _list_releases(ground: Ground) -> Iterator[Trace]:
    source = ground.session.source
    for release in releases.list_releases(source):
        if _is_ours(ground, release.tag):
            kind = "draft" if release.draft else "release"
            yield Trace(f"{kind} {release.tag}", source, "DELETE", f"releases/{release.id}")


def _list_refs(ground: Ground) -> Iterator[Trace]:
    source = ground.session.source
    for place in ("heads", "tags"):
        for found in source.read_all(f"git/matching-refs/{place}/relauto", dict[str, Any]):
            ref = found["ref"].removeprefix("refs/")
            if _is_ours(ground, ref):
                yield Trace(found["ref"], source, "DELETE", f"git/refs/{ref}")


def _list_issues(ground: Ground) -> Iterator[Trace]:
    ops = ground.session.ops
    for issue in ops.read_all("issues", dict[str, Any], state="open"):
        if "pull_request" not in issue and _is_ours(ground, issue["title"]):
            yield Trace(
                f"{ops.repository}#{issue['number']}: {issue['title']}",
                *(ops, "PATCH", f"issues/{issue['number']}"),
                {"state": "closed"},
            )


def _is_ours(ground: Ground, name: str) -> bool:
    return ground.names.id in name.lower()
