"""A whole incident by events alone: what the hub logs is delivered, and nothing else makes relauto act.

People work as they do: at pull requests, at the desk, in QA's issue. The incident itself is opened by a form.
"""

import random
import re
from collections import Counter
from itertools import chain

import pytest

from relauto.model.debt import is_finished
from relauto.model.incident import SETTLED
from relauto.model.playbook import load_playbook
from relauto.triggers.attendance import attend
from relauto.triggers.attended import find_failure
from relauto.triggers.hint import Hint, read_hint
from tests.engine.conftest import OPS, QA, SOURCE

pytestmark = pytest.mark.slow

LABELS = 'pick_labels = [{name = "CherryPick/Approved", line = "release-1.0"}]\n'
CLOCK = Hint("schedule")
RELEASED = ("prepare.release", "deploy.send")


def deeds(world):
    """Yield what people do, each once relauto has nothing left to do about what they did before."""
    number = world.open_pull("fix/crash")
    world.api("dev").post(f"repos/{SOURCE}/issues/{number}/labels", {"labels": ["CherryPick/Approved"]})
    yield "label"
    world.decide()
    world.pass_pull(number)
    yield "review"
    world.approve("prepare.merge")
    yield "merge"
    world.pass_pull(number + 1)
    yield "pick"
    world.check(world.head("v1.0.1-rc1"))
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc1")
    yield "verify"
    world.approve("prepare.release")
    yield "release"
    world.approve("deploy.send")
    yield "send"
    world.acknowledge()
    yield "acknowledge"


class Post:
    """Delivers what the hub has logged, as a webhook or a workflow would."""

    def __init__(self, world):
        self.world, self.seen, self.delivered = world, 0, Counter()

    def fetch(self):
        events = self.world.hub.events(after=self.seen)
        self.seen = max([self.seen, *(event.id for event in events)])
        return events

    def deliver(self, name, payload):
        hint = read_hint(name, payload)
        if isinstance(hint, Hint):
            self.delivered[name] += 1
            self.look(hint)

    def look(self, hint):
        with self.world.session(LABELS) as session:
            assert find_failure(attend(session, hint)) is None

    def run(self, arrange):
        """Deliver until nothing is left, in the order and the number that `arrange` makes of each batch."""
        while events := self.fetch():
            assert "unknown_route" not in {event.name for event in events}
            for event in arrange(events):
                self.deliver(event.name, event.payload)


def play(world, arrange, clock):
    world.open(fix=None)
    post = Post(world)
    post.fetch()
    for _ in deeds(world):
        post.run(arrange)
        if clock:
            post.look(CLOCK)
            post.run(arrange)
        with world.bench(LABELS):
            pass
    return post


def tell_end(world):
    """Return everything that an incident leaves, ids and moments aside."""
    api = world.api("relauto-bot")
    issues = [list(api.pages(f"repos/{name}/issues", state="all")) for name in (SOURCE, OPS, QA)]
    comments = [list(api.pages(f"repos/{name}/issues/comments")) for name in (SOURCE, OPS, QA)]
    releases = api.pages(f"repos/{SOURCE}/releases")
    keys = [
        (one["issue_url"], key)
        for one in chain(*comments)
        for key in re.findall(r"<!-- relauto:(\S+) -->", one["body"])
    ]
    return {
        "branches": world.product.read("for-each-ref", "--format=%(refname)").split(),
        "trees": world.product.read("log", "--format=%T %s", "main", "release-1.0"),
        "releases": [(one["tag_name"], one["draft"], len(one["assets"])) for one in releases],
        "issues": [[(one["number"], one["title"], one["state"]) for one in each] for each in issues],
        "comments": Counter(re.sub(r"[0-9a-f]{6,}|\d+", "N", key) for _, key in keys),
        "doubled": [key for key, count in Counter(keys).items() if count > 1],
        "steps": [(step.key, world.incident.state(step.key)) for step in load_playbook()[0].steps],
        "notices": sorted(notice.path for notice in world.incident.notices),
    }


def in_order(events):
    return events


def twice_shuffled_and_some_lost(chance):
    def arrange(events):
        sent = [event for event in events for _ in range(2)]
        chance.shuffle(sent)
        return [event for event in sent if chance.random() >= 0.2]

    return arrange


def test_an_incident_goes_from_a_label_to_its_release_by_events_alone(at):
    world = at("blank")
    post = play(world, in_order, clock=False)
    assert [world.incident.state(step) in SETTLED for step in RELEASED] == [True] * 2
    assert [kit.reason for kit, _, _ in world.incident.kits] == ["got it"]
    assert world.tags() == ["v1.0.0", "v1.0.1", "v1.0.1-rc1"]
    assert not is_finished(world.incident, load_playbook()[0]), "what people do by hand is theirs"
    assert {"pull_request", "pull_request_review", "check_run", "issue_comment", "push"} <= set(
        post.delivered
    )
    expected = tell_end(world)
    # All worlds are served on one port.
    world.hub.close()
    assert expected["doubled"] == []
    for seed in (1, 2):
        other = at("blank")
        play(other, twice_shuffled_and_some_lost(random.Random(seed)), clock=True)
        assert tell_end(other) == expected
        other.hub.close()
