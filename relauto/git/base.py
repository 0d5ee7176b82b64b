"""What a line's next release grows from: the nearest version tag."""

from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.model.version import Release, find_releases

_FIRST_LOOK = 2000


def find_base(repository: Repository, line: Commit, *, final: bool = False) -> tuple[Release, Commit] | None:
    """Return the version tag nearest to a line's tip, walking back by date, and its commit.

    Of several on one commit the highest version counts; tags that are no versions are ignored.
    With `final`, so are prereleases. None when no such tag can be reached.
    """
    tags = repository.tags()
    releases = [release for release in find_releases(tags) if release.is_final or not final]
    tagged: dict[Commit, Release] = {tags[release.tag]: release for release in releases}
    if not tagged:
        return None
    for bound in (["-n", str(_FIRST_LOOK)], []):
        for listed in repository.git.read("rev-list", *bound, line).splitlines():
            commit = Commit(listed)
            if commit in tagged:
                return tagged[commit], commit
    return None
