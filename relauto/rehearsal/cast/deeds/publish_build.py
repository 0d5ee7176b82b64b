"""Builds a candidate as a build machine does, and publishes its prerelease.

`told` holds the `tag`, the `command` that builds, and `artifacts`, globs of what it leaves.
"""

import shutil
from pathlib import Path

from relauto.rehearsal.cast.errand import Errand, ErrandError
from relauto.rehearsal.cast.facts import SUMS
from relauto.rehearsal.cast.publication import find_release, publish_files, write_sums
from relauto.rehearsal.cast.tags import find_tag
from relauto.rehearsal.cast.workplace import Scratch, run_command

_LIMIT = 300.0


def act(errand: Errand) -> list[str]:
    """Build the tag and publish what came of it, unless it is published.

    Raises:
        ApiError: the API refused.
        ErrandError: there is no such tag, or it cannot be built.
    """
    tag = errand.told["tag"]
    known = find_release(errand, tag)
    if known and not known["draft"]:
        return []
    files = _build(errand, tag)
    publish_files(errand, tag, {**files, SUMS: write_sums(files)}, prerelease=True)
    return [f"built {tag} and published it as a prerelease: {', '.join(files)}"]


def _build(errand: Errand, tag: str) -> dict[str, bytes]:
    found = find_tag(errand, tag)
    if found is None:
        raise ErrandError(f"there is no tag {tag}")
    scratch, folder = Scratch(errand, errand.work / "build.git"), errand.work / f"build-{found.commit}"
    scratch.fetch(found.commit)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.export(found.commit, folder)
    outcome = run_command(errand.told["command"], folder, _LIMIT)
    if outcome.status != 0:
        raise ErrandError(f"{errand.told['command']} ended with status {outcome.status}: {outcome.output}")
    paths: list[Path] = sorted({path for glob in errand.told["artifacts"] for path in folder.glob(glob)})
    files = {path.name: path.read_bytes() for path in paths}
    shutil.rmtree(folder)
    return files
