"""Who makes a release from a line: joining it, and giving it up."""

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import DRY, ID
from relauto.tasks.output import show


@task(
    positional=["holder"],
    help={"holder": "the incident that is making a release from the line", "id": ID, "dry-run": DRY},
)
def join(c: Context, holder: str, id: str = "", dry_run: bool = False) -> None:
    """Put this incident's fix into the release that another incident is making."""
    from relauto import engine, recording
    from relauto.stages import claims, rides

    with connect.bench(id or None) as bench:
        bench.roster.require(bench.login, "join")
        bench.look("refs")
        target = bench.incident.targets[0]
        line = claims.read_line(bench.releases, target, bench.incident.id, bench.tags())
        joined = rides.join(bench, target, line, holder)
        sentence = f"the fix of {bench.incident.id} goes into {joined.plan.version}, which {holder} makes"
        if dry_run or c.config.run.dry:
            show(f"would record: {sentence}; nothing was written")
            return
        recording.record(bench, joined)
        rides.register(bench)
        engine.settle_claims(bench)
        show(sentence)


@task(
    positional=["version"],
    help={"version": "the version that is given up", "reason": "why", "dry-run": DRY},
)
def free(c: Context, version: str, reason: str = "", dry_run: bool = False) -> None:
    """Give up a version and its line: its incident makes no release of it. Burned numbers stay burned."""
    from relauto.errors import InputError
    from relauto.freeing import free_release

    if not reason.strip():
        raise InputError(f"giving up {version} needs --reason", todo="say why no release is made")
    with connect.session() as session:
        dry = dry_run or c.config.run.dry
        record = free_release(session, version, reason, dry=dry)
    would = "would be" if dry else "is"
    show(f"{record.version} of {record.line} {would} given up by {record.incident}; the line is free")
