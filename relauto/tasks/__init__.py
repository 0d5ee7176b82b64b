"""The tasks: parse, call, print. Nothing heavier than Invoke is imported before a task runs."""

from invoke import Collection

from relauto.tasks import (
    bench,
    bench_picks,
    candidate,
    coverage,
    doctor,
    event,
    incident,
    init,
    journal,
    people,
    pick,
    prove,
    qa,
    rehearsal,
    release,
    replay,
    server,
    unpushed,
    words,
)
from relauto.tasks.edge import guard_tasks


def build_namespace() -> Collection:
    """Return the collection that `tasks.py` re-exports and adopters mount as `relauto`."""
    namespace = Collection(
        rehearsal.rehearse,
        replay.replay,
        incident.open_,
        incident.attach,
        incident.status,
        incident.next_,
        incident.plan,
        incident.advance,
        people.approve,
        people.tick,
        people.skip,
        people.reopen,
        people.fail,
        people.accept,
        people.waive,
        people.withdraw,
        people.note,
        pick.pick,
        coverage.coverage,
        release.join,
        event.on_event,
        unpushed.unpushed,
        init.init,
        doctor.doctor,
        server.hub,
        server.cast,
    )
    namespace.add_collection(Collection("bench", cold=bench.cold, picks=bench_picks.picks))
    namespace.add_collection(Collection("candidate", attach=candidate.attach, publish=candidate.publish))
    namespace.add_collection(Collection("clock", check=event.check))
    namespace.add_collection(Collection("qa", show=qa.show_, sign=qa.sign, sync=qa.sync))
    namespace.add_collection(Collection("notice", preview=words.notice_preview))
    namespace.add_collection(Collection("release", free=release.free))
    namespace.add_collection(Collection("journal", redact=journal.redact, verify=journal.verify))
    proofs = {"faults": prove.faults, "crashes": prove.crashes, "races": prove.races}
    namespace.add_collection(Collection("prove", **proofs, journal=prove.journal))
    guard_tasks(namespace)
    return namespace


namespace = build_namespace()
