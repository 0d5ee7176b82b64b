"""An incident is opened on what the repository holds, or refused before anything is written."""

import pytest

from relauto import engine
from relauto.errors import FaultsError, InputError, Status
from relauto.journal.log import Journal
from relauto.opening import make_id
from relauto.session import choose_incident

pytestmark = pytest.mark.path


def test_what_an_incident_is_opened_on(at):
    world = at("opened")
    with world.session() as session:
        assert session.is_open("INC-test")
        assert not session.is_open("INC-else")
        assert session.login == "relauto-bot"
    with world.bench() as bench:
        opening = bench.journal.incident().opening
    (plan,) = opening.plans
    assert (plan.base_tag, plan.version) == ("v1.0.0", "1.0.1")
    assert plan.base_commit == plan.head == world.head("release-1.0")
    assert opening.customer == "Initech"
    assert world.tags() == ["v1.0.0"]


def test_an_open_incident_stays_as_it_is(at):
    world = at("opened")
    before = world.journal()
    world.open(customer="Umbrella", fix="fix/again")
    assert world.journal() == before


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"line": "release-9"}, "acme/stockroom has no branch release-9"),
        ({"line": "-x"}, "not a branch name"),
        ({"fix": "fix/none"}, "acme/stockroom has no branch fix/none"),
        ({"fix": "release-1.0"}, "is the tip of release-1.0"),
        ({"installed": "newest"}, "'newest' is not a version number"),
        ({"version": "1.0.0"}, "has a release 1.0.0 already"),
        ({"instruction": "summary: x"}, "QA instruction given with the fix"),
    ],
)
def test_what_cannot_be_opened_leaves_nothing(at, changed, fault):
    world = at("blank")
    before = world.journal(), world.objects()
    with pytest.raises(InputError, match=fault):
        world.open(**changed)
    assert (world.journal(), world.objects()) == before


def test_a_fix_that_is_on_the_line_is_refused(at):
    world = at("blank")
    picked = world.cherry_pick("fix/crash", "release-1.0", "-x")
    with pytest.raises(InputError, match=rf"is on release-1\.0 already as {picked[:10]} \(trailer\)"):
        world.open()


def test_a_line_without_a_release_is_refused(at):
    world = at("blank")
    world.product.run("tag", "--delete", "v1.0.0")
    with pytest.raises(InputError, match=r"no version tag can be reached from release-1\.0"):
        world.open()


def test_a_number_that_is_taken_is_passed_over(at):
    world = at("blank")
    world.product.run("tag", "v1.0.1", "main")
    world.open()
    with world.bench() as bench:
        assert bench.journal.incident().opening.plans[0].version == "1.0.2"


def test_an_incident_may_wait_for_its_fix(at):
    world = at("blank")
    world.open(fix=None)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("investigate.pr", Status.DECISION)
    assert stop.reason == "no fix is attached yet"
    world.attach("fix/crash")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.WAITING)


def test_a_fix_may_be_a_pull_request(at):
    world = at("blank")
    number = world.open_pull("fix/crash")
    world.open(fix=None, pull=number)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.WAITING)
    assert len(world.pulls()) == 1


@pytest.mark.parametrize(("roster", "error"), [(None, InputError), ("[roles]\nRN = []\n", FaultsError)])
def test_nothing_goes_on_without_a_roster(at, roster, error):
    world = at("opened")
    files = {"README": "x"} if roster is None else {"roster.toml": roster}
    world.replace_ops(files)
    with pytest.raises(error, match=r"roster\.toml"):
        world.advance()


def test_which_incident_is_meant():
    assert choose_incident(["INC-a"], None, {}) == "INC-a"
    assert choose_incident(["INC-a", "INC-b"], "INC-b", {}) == "INC-b"
    assert choose_incident(["INC-a", "INC-b"], None, {"RELAUTO_INCIDENT": "INC-a"}) == "INC-a"
    with pytest.raises(InputError, match="there are 2 incidents: INC-a, INC-b"):
        choose_incident(["INC-a", "INC-b"], None, {})
    with pytest.raises(InputError, match="there is no incident yet"):
        choose_incident([], None, {})
    with pytest.raises(InputError, match="there is no incident INC-c"):
        choose_incident(["INC-a"], "INC-c", {})


def test_an_id_says_nothing():
    made = {make_id() for _ in range(50)}
    assert len(made) > 45
    assert all(len(each) == len("INC-7f3k") and each.startswith("INC-") for each in made)


def test_a_run_fetches_the_journal_once(at, monkeypatch):
    world, fetched, fetch = at("merge-door"), [], Journal.fetch

    def count(journal):
        fetched.append(journal.incident_id)
        fetch(journal)

    monkeypatch.setattr(Journal, "fetch", count)
    world.advance()
    assert fetched == ["INC-test"]


def test_a_bench_that_is_used_again_sees_what_others_recorded(at):
    world = at("merge-door")
    with world.bench() as bench:
        engine.advance(bench)
        world.attach("fix/again")
        engine.advance(bench)
        assert [str(fix) for fix in bench.incident.fixes] == ["fix/crash", "fix/again"]
