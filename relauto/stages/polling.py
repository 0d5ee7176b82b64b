"""Whether another look is worth it: what is waited for is asked by reads that cost nothing while it stays.

A whole look is one GraphQL request, a point of the 5,000 in an hour (of 1,000 where a workflow's own token
is shared by all workflows of a repository), and GraphQL knows no ETag. The conditional reads of the same
things are some four or five requests, but a 304 is free on the primary limit, and the secondary one
(900 a minute) is far away. So while nothing happens, waiting costs nothing: polls are REST, looks GraphQL.

A poll tells only whether something may have changed, never what: the look that follows it tells that. What
is not waited for (a release, the rules) is not polled; the engine looks at everything now and then.
"""

from relauto.github.faults import NotFoundError
from relauto.stages.bench import Bench


def has_changed(bench: Bench) -> bool:
    """Return whether the journal, the refs, or anything that is waited for may be another than before.

    To be called only after a whole look by this process: what was polled before that look is its baseline.

    Raises:
        RemoteError: git or GitHub failed for good.
    """
    moved = _have_refs_moved(bench)
    with bench.source.counts.about("waiting"):
        # All are asked, so that one look answers to everything that has changed by now.
        answers = [_probe(bench, repository, path) for repository, path in bench.watched()]
    return moved or any(answers)


def _probe(bench: Bench, repository: str, path: str) -> bool:
    known = (bench.source, bench.ops, bench.qa, bench.outside().source)
    client = next(each for each in known if each.repository == repository)
    try:
        return client.probe(path)
    except NotFoundError:
        return True


def _have_refs_moved(bench: Bench) -> bool:
    benches = (bench, *((bench.outside(),) if bench.public else ()))
    tip, refs = bench.journal.tip, [each.product.refs() for each in benches]
    bench.journal.fetch()
    for each in benches:
        each.fetch_refs()
    return (bench.journal.tip, [each.product.refs() for each in benches]) != (tip, refs)
