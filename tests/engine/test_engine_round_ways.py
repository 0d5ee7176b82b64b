"""A second round on every way that a fix can take: other orders and bases, a shared line, merge queues.

The first round is played to the customer's receipt; of the second one every step is foreseen, too.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from relauto.errors import DecisionError, Status
from relauto.model.debt import list_unpaid
from relauto.model.target import Place
from relauto.opening import open_incident
from relauto.stages.people import decisions

from .agreement import agree
from .conftest import LINE, MAIN, SOURCE, TARGET, World
from .test_engine_orders import LINE_FIRST, LINE_ONLY, begin
from .test_engine_protection import group, protect

pytestmark = pytest.mark.path

UNRELEASED = {"more.txt": "more\n"}
BOTH = {"first": True, "second": True, "unreleased": False}


@dataclass
class Crew:
    """The people around one incident, whose work goes to `home` first and then to the branches `more`."""

    world: World
    home: str
    more: tuple[str, ...] = ()

    def advance(self):
        return self.world.advance()

    def pull_to(self, base):
        """Return the open pull request to a branch."""
        listed = self.world.pulls()
        (number,) = [
            each["number"] for each in listed if each["state"] == "open" and each["base"]["ref"] == base
        ]
        return number

    def bring(self):
        """Take the attached fix through its pull request, and its picks and numbers to the branches."""
        self.advance()
        self.world.decide("no: the customer tries it first")
        self.world.pass_pull(self.pull_to(self.home))
        self.advance()
        self.world.approve("prepare.merge")
        outcome = self.advance()
        for branch in self.more:
            self.world.pass_pull(self.pull_to(branch))
            outcome = self.advance()
        return outcome

    def release(self, tag):
        """Take a candidate that is cut to the customer's receipt."""
        world = self.world
        world.check(world.head(f"{tag}-rc1"))
        self.advance()
        for person in ("robin-rm", "sasha-rm"):
            world.approve("prepare.release", by=person)
        self.advance()
        world.approve("deploy.send")
        self.advance()
        world.acknowledge()
        return self.advance()

    def fail(self):
        """Say that the release did not help, and look."""
        self.world.answer("/fail deploy.verify-production it hangs again", by="tam-noor")
        return self.advance()


class Foreseen(Crew):
    """The same people, who ask for a plan before every run."""

    def advance(self):
        return agree(self.world)


def play_first(world, home, *more, tag="v1.0.1"):
    """Play the first round; return how it ended."""
    crew = Crew(world, home, more)
    crew.bring()
    return crew.release(tag)


def fix_again(world, at):
    """Push a second fix, begun at a commit, and attach it."""
    world.product.run("branch", "fix/line-again", at)
    world.commit_on("fix/line-again", "Fix it again", {"again.txt": "again\n"})
    world.attach("fix/line-again")


def stops_of(outcome):
    return {str(stop.place): stop.status for stop in outcome.stops}


def holds(world, ref):
    """Return which of both fixes, and of what waits on the line, a ref holds."""
    names = world.product.read("ls-tree", "--name-only", ref).split()
    first = "line five" in world.product.read("show", f"{ref}:app.txt")
    return {"first": first, "second": "again.txt" in names, "unreleased": "more.txt" in names}


def plan_of(world):
    plan = world.incident.rounds.plan(TARGET)
    return plan.base_tag, plan.version


@pytest.mark.slow
def test_line_first_owes_main_what_each_round_brought(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    assert stops_of(play_first(world, LINE, LINE)) == {"debt.main": Status.WAITING}
    crew = Foreseen(world, LINE, (LINE,))
    crew.fail()
    owed = crew.pull_to(MAIN)
    fix_again(world, LINE)
    assert "debt.main (round 2)" in stops_of(crew.bring())
    assert [pull["number"] for pull in world.pulls() if pull["base"]["ref"] == MAIN] == [owed + 3, owed]
    world.pass_pull(owed)
    world.pass_pull(owed + 3)
    crew.release("v1.0.2")
    assert list_unpaid(world.incident) == ()
    assert holds(world, "v1.0.2") == holds(world, "main") == BOTH


@pytest.mark.slow
def test_what_the_first_round_owes_is_paid_while_the_second_lacks_a_fix(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    play_first(world, LINE, LINE)
    crew = Foreseen(world, LINE)
    assert stops_of(crew.fail()) == {"investigate.pr (round 2)": Status.DECISION, "debt.main": Status.WAITING}
    world.pass_pull(crew.pull_to(MAIN))
    crew.advance()
    assert holds(world, "main")["first"]
    agree(world, until="debt.main")
    agree(world, only="debt.main")


@pytest.mark.slow
def test_line_only_stays_so(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_ONLY)
    play_first(world, LINE, LINE)
    crew = Foreseen(world, LINE, (LINE,))
    crew.fail()
    fix_again(world, LINE)
    crew.bring()
    assert crew.release("v1.0.2").status is Status.REACHED
    assert holds(world, "v1.0.2") == BOTH
    assert {pull["base"]["ref"] for pull in world.pulls()} == {LINE}


@pytest.fixture
def emergency(at):
    """A world whose first release grew from the last tag, past a commit that waits on the line."""
    world = at("blank")
    world.commit_on(LINE, "Unreleased", UNRELEASED)
    world.open(base="tag")
    play_first(world, MAIN, "relauto/emergency/1.0.1", LINE)
    return world


@pytest.mark.slow
def test_an_emergency_grows_from_the_one_before(emergency):
    crew = Foreseen(emergency, MAIN, ("relauto/emergency/1.0.2", LINE))
    crew.fail()
    assert plan_of(emergency) == ("v1.0.1", "1.0.2")
    fix_again(emergency, "main")
    crew.bring()
    assert crew.release("v1.0.2").status is Status.REACHED
    assert emergency.product.read("merge-base", "v1.0.2", "v1.0.1") == emergency.head("v1.0.1")
    assert holds(emergency, "v1.0.2") == BOTH
    assert holds(emergency, LINE) == BOTH | {"unreleased": True}


@pytest.mark.slow
@pytest.mark.parametrize("seen", [True, False])
def test_an_emergency_whose_release_was_withdrawn_begins_before_it(emergency, seen):
    crew = Foreseen(emergency, MAIN)
    emergency.product.run("update-ref", "-d", "refs/tags/v1.0.1")
    if seen:
        emergency.advance()
    crew.fail()
    assert plan_of(emergency) == ("v1.0.0", "1.0.2"), "its number is burned, and nothing grows from it"
    emergency.attach(pull=1)
    crew.advance()
    emergency.decide("no: the customer tries it first")
    crew.advance()
    emergency.pass_pull(crew.pull_to("relauto/emergency/1.0.2"))
    crew.advance()
    assert holds(emergency, "v1.0.2-rc1") == {"first": True, "second": False, "unreleased": False}


@pytest.mark.slow
def test_the_next_incident_grows_from_an_emergency_that_its_line_does_not_hold(emergency):
    request = emergency.request(base="tag", fix="fix/again", incident="INC-next")
    with emergency.session() as session:
        open_incident(session, request)
        with session.bench("INC-next") as bench:
            plan = bench.journal.incident().rounds.plan(TARGET)
    assert (plan.base_tag, plan.version) == ("v1.0.1", "1.0.2")


TWO = "INC-two"


@contextmanager
def second(world):
    """Let the world's people see to the second incident for a while."""
    first, mine = world.incident, {}
    with world.session() as session, session.bench(TWO) as bench:
        mine["incident"] = bench.journal.incident()
    world.incident = mine["incident"]
    original = world.bench

    @contextmanager
    def bench(more=""):
        with world.session(more) as session, session.bench(TWO) as found:
            yield found
            world.incident = found.incident

    world.bench, world.incident_id = bench, TWO
    try:
        yield
    finally:
        world.bench, world.incident_id, world.incident = original, "INC-test", first


def open_second(world, **changed):
    told = {"incident": TWO, "fix": "fix/again", "customer": "Globex"} | changed
    with world.session() as session:
        open_incident(session, world.request(**told))


@pytest.mark.slow
@pytest.mark.parametrize("base", ["tip", "tag"])
def test_a_round_grows_from_what_another_incident_released_meanwhile(at, base):
    world = at("blank")
    world.open(base=base)
    homes = [["relauto/emergency/" + number, LINE] for number in ("1.0.1", "1.0.2", "1.0.3")]
    ways = homes if base == "tag" else [[LINE]] * 3
    play_first(world, MAIN, *ways[0])
    open_second(world, base=base)
    crew = Foreseen(world, MAIN, tuple(ways[2]))
    crew.fail()
    assert world.incident.rounds.claim(TARGET).holder == TWO
    with second(world):
        play_first(world, MAIN, *ways[1], tag="v1.0.2")
    fix_again(world, "main")
    crew.advance()
    assert plan_of(world) == ("v1.0.2", "1.0.3")
    crew.bring()
    assert crew.release("v1.0.3").status is Status.REACHED
    assert holds(world, "v1.0.3") == BOTH
    assert "line fifteen" in world.product.read("show", "v1.0.3:app.txt"), "what the other one mended stays"


@pytest.mark.slow
@pytest.mark.parametrize("base", ["tip", "tag"])
def test_while_the_line_is_anothers_nothing_is_merged_to_it(at, base):
    world = at("blank")
    begin(world, at="v1.0.0")
    world.open(**LINE_FIRST, base=base)
    play_first(world, *[LINE if base == "tip" else "relauto/emergency/1.0.1"] * 2, *[LINE] * (base == "tag"))
    world.product.run("branch", "fix/two", "v1.0.1")
    world.commit_on("fix/two", "Fix another", {"another.txt": "another\n"})
    open_second(world, fix="fix/two", order="line-first", base=base)
    crew = Foreseen(world, LINE)
    crew.fail()
    fix_again(world, "v1.0.1")
    stops = stops_of(crew.advance())
    where = "prepare.merge (round 2)" if base == "tip" else "investigate.pr (round 2)"
    assert stops[where] is Status.WAITING
    if base == "tip":
        world.decide("no: the customer tries it first")
        world.pass_pull(crew.pull_to(LINE))
        (stop,) = [stop for stop in crew.advance().stops if stop.place.step == "prepare.merge"]
        assert stop.reason == "release-1.0 is INC-two's until its release is out or given up"
    with world.session() as session, session.releases() as releases:
        releases.free(SOURCE, "1.0.2", TWO)
    crew.advance()
    assert plan_of(world) == ("v1.0.1", "1.0.2")
    assert [pull["base"]["ref"] for pull in world.pulls() if pull["head"]["ref"] == "fix/line-again"] == [
        LINE if base == "tip" else "relauto/emergency/1.0.2"
    ]


@pytest.mark.slow
def test_a_joined_incident_has_rounds_of_its_own(at):
    world = at("opened")
    open_second(world, join="INC-test")
    world.advance()
    world.decide("no: the customer tries it first")
    for number in (1, 2):
        world.pass_pull(number)
    for _ in range(2):
        world.advance()
        world.approve("prepare.merge")
    world.advance()
    world.pass_pull(3)
    world.advance()
    Crew(world, MAIN).release("v1.0.1")
    with second(world):
        world.advance()
        world.approve("deploy.send")
        world.advance()
        world.acknowledge()
        assert world.advance().status is Status.REACHED
        crew = Foreseen(world, MAIN, (LINE,))
        crew.fail()
        assert plan_of(world) == ("v1.0.1", "1.0.2")
        fix_again(world, "main")
        crew.bring()
        assert crew.release("v1.0.2").status is Status.REACHED
        assert holds(world, "v1.0.2") == BOTH
        assert world.incident.rounds.claims[TARGET, 1].state == "joined"
    assert world.advance().status is Status.REACHED, "who made the first release is done with it"


@pytest.mark.slow
def test_who_joined_may_join_the_next_round_too(at):
    world = at("blank")
    world.open()
    play_first(world, MAIN, LINE)
    Crew(world, MAIN).fail()
    fix_again(world, "main")
    open_second(world, join="INC-test")
    with second(world):
        claim = world.incident.rounds.claim(TARGET)
        assert (claim.state, claim.holder_round, claim.plan.version) == ("joined", 2, "1.0.2")
        agree(world)
    crew = Foreseen(world, MAIN)
    crew.advance()
    assert [(str(fix), fix.round) for fix in world.incident.fixes] == [
        ("fix/crash", 1),
        ("fix/line-again", 2),
        ("fix/again", 2),
    ]


@pytest.mark.slow
def test_a_queue_takes_the_fixes_of_every_round(at):
    world = at("blank")
    world.open()
    play_first(world, MAIN, LINE)
    protect(world, MAIN, reviews=1, queue="squash", ruleset=True)
    protect(world, LINE, reviews=1, queue="rebase", ruleset=True)
    crew = Foreseen(world, MAIN)
    crew.fail()
    fix_again(world, "main")
    crew.advance()
    world.decide("no: the customer tries it first")
    world.pass_pull(crew.pull_to(MAIN))
    crew.advance()
    world.approve("prepare.merge")
    assert "is in the merge queue of main" in crew.advance().stops[0].reason
    world.check(group(world))
    crew.advance()
    world.pass_pull(crew.pull_to(LINE))
    assert "is in the merge queue of release-1.0" in crew.advance().stops[0].reason
    world.check(group(world))
    # What the queue tested is the candidate's commit, so its checks are green at once.
    crew = Crew(world, MAIN)
    assert crew.advance().stops[0].place == Place("prepare.release", TARGET, 2)
    assert crew.release("v1.0.2").status is Status.REACHED
    assert holds(world, "v1.0.2") == BOTH


def test_what_an_earlier_round_released_is_not_withdrawn(at):
    world = at("blank")
    world.open()
    play_first(world, MAIN, LINE)
    Crew(world, MAIN).fail()
    with world.bench() as bench, pytest.raises(DecisionError, match="fix/crash is released"):
        decisions.withdraw(bench, "fix/crash", "it did not help")
