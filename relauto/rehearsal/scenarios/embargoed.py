"""A defect that must not become known before its fix is out: all the work is done in a private mirror."""

import shutil
from collections.abc import Sequence
from dataclasses import replace

from relauto import recording
from relauto.git.runner import Git
from relauto.hub.records import Level
from relauto.hub.server import Hub
from relauto.model.names import RepositoryName
from relauto.opening import Request, make_attachment
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import send
from relauto.rehearsal.world import CHECK, LOGINS, World

PRIVATE = RepositoryName("acme-security/stockroom")
_FIX = "fix/orders-in-private"


def _mirror(hub: Hub, world: World) -> None:
    """Serve a private mirror of the product, and let the public know nothing of the fix."""
    directory = world.git_directory.parent / ".rehearsal" / "private.git"
    if not directory.exists():
        # Whole or not at all: a rehearsal may be killed in it.
        new = directory.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        Git(directory.parent).run("clone", "--quiet", "--bare", str(world.git_directory), new.name)
        new.rename(directory)
    for fix in world.fixes:
        Git(world.git_directory).run("update-ref", "-d", fix.ref)
    access: dict[str, Level] = dict.fromkeys(LOGINS, "write")
    hub.add_repository(PRIVATE, directory, private=True, default_branch=world.main, access=access)
    for branch in (world.main, world.line):
        hub.protect(PRIVATE, branch, required_checks=[CHECK], reviews=1)


def _open_in_private(request: Request) -> Request:
    return replace(
        request, fix=None, instruction=None, base="tag", order="line-first", visibility="embargoed"
    )


def _begin(play: Play) -> Sequence[str]:
    """Make the fix in private on the last release, then tell relauto of it: `relauto attach --fix BRANCH`."""
    base, take = f"refs/tags/{play.world.base_tag}", str(play.world.fixes[0])
    did = send("engineer", "begin_fix", branch=_FIX, onto=base, take=take)(play)
    if not play.bench.incident.fixes:
        recording.record(play.bench, make_attachment(_FIX, None, play.world.instruction))
    return [*did, f"relauto attach --fix {_FIX}"]


SCENARIO = Scenario(
    "embargoed",
    "the fix is made, merged and verified in a private mirror of the product; the release makes it public, "
    "and then line and main get it",
    settings={"repositories": f'private = "{PRIVATE}"'},
    prepare=_mirror,
    request=_open_in_private,
    moments=(Moment("fix-begun", lambda play: not play.bench.incident.fixes, _begin),),
)
