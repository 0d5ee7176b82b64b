"""The shipped playbook is whole, and a faulty one is told every fault at its line."""

import re
from pathlib import Path

import pytest

from relauto.errors import FaultsError, InputError
from relauto.model.playbook import AUTOMATED, Playbook, load_playbook, parse_playbook
from relauto.model.roster import ROLES
from relauto.resources import find_resource

SMALL = """\
name: small
version: 1
roles: {RM: release manager, QA: quality assurance}
executive: {role: RM}
anchors: {resolution: close.ask}
stages:
  - key: prepare
    title: Prepare
    steps:
      - key: prepare.merge
        title: Merge
        roles: [RM]
        guidance: Merge it.
        proof: It is merged.
        automated: true
        door: true
  - key: close
    title: Close
    steps:
      - {key: close.ask, title: Ask, roles: [QA], guidance: g, proof: p}
      - key: close.write
        title: Write
        roles: [RM, QA]
        guidance: g
        proof: p
        deadline: {business_days: 2, since: resolution}
"""

KEYS = [
    "escalate.channel",
    "escalate.people",
    "escalate.call",
    "escalate.reply",
    "gather.system",
    "gather.grafana",
    "gather.packet",
    "gather.slow-queries",
    "gather.pin",
    "review.settings",
    "review.grafana",
    "review.packet",
    "review.slow-queries",
    "review.summary",
    "review.reply",
    "investigate.areas",
    "investigate.cause",
    "investigate.solution",
    "investigate.pr",
    "investigate.qa-decision",
    "investigate.reply",
    "prepare.merge",
    "prepare.pick",
    "prepare.candidate",
    "prepare.verify",
    "prepare.release",
    "prepare.reply",
    "deploy.send",
    "deploy.upgrade-staging",
    "deploy.verify-staging",
    "deploy.upgrade-production",
    "deploy.verify-production",
    "deploy.reply",
    "resolve.monitor",
    "resolve.confirm",
    "resolve.reply",
    "retro.meeting",
    "retro.draft",
    "retro.send",
    "retro.reply",
]


def faults_of(text: str) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        parse_playbook(text, "p.yaml")
    return list(caught.value.faults)


@pytest.fixture(scope="module")
def shipped() -> Playbook:
    return load_playbook()[0]


def test_the_shipped_one_has_the_forty_steps(shipped: Playbook) -> None:
    assert [step.key for step in shipped.steps] == KEYS
    assert len(shipped.stages) == 8
    assert len(KEYS) == 40


def test_the_shipped_one_names_the_roles_of_the_roster(shipped: Playbook) -> None:
    assert set(shipped.roles) == set(ROLES)
    assert {role for step in shipped.steps for role in step.roles} <= set(ROLES)


def test_what_relauto_does_in_the_shipped_one(shipped: Playbook) -> None:
    assert {step.key for step in shipped.steps if step.automated} == AUTOMATED
    doors = [step.key for step in shipped.steps if step.door]
    assert doors == ["prepare.merge", "prepare.release", "deploy.send"]


def test_targets_begin_with_the_pick(shipped: Playbook) -> None:
    per_target = [key for key in KEYS if shipped.step(key).scope == "target"]
    assert per_target == KEYS[KEYS.index("prepare.pick") : KEYS.index("resolve.monitor")]


def test_seven_stages_end_with_a_reply(shipped: Playbook) -> None:
    last = {stage.key: stage.steps[-1].reply for stage in shipped.stages}
    timeline = {key: reply.timeline for key, reply in last.items() if reply}
    assert set(last) - set(timeline) == {"gather"}
    assert [key for key, given in timeline.items() if given] == ["review", "investigate", "prepare", "deploy"]
    assert sum(step.reply is not None for step in shipped.steps) == 7


def test_limits_of_the_source_are_not_ours(shipped: Playbook) -> None:
    limits = {
        step.key: (name, limit.elapsed.total_seconds() / 3600, limit.business_days, limit.since)
        for step in shipped.steps
        for name, limit in step.limits.items()
        if not limit.ours
    }
    assert limits == {
        "resolve.monitor": ("earliest", 24.0, 0, "production-change"),
        "retro.meeting": ("deadline", 0.0, 1, "resolution"),
        "retro.draft": ("deadline", 0.0, 2, "resolution"),
        "retro.send": ("deadline", 0.0, 3, "resolution"),
    }


def test_lookups(shipped: Playbook) -> None:
    assert shipped.step("prepare.pick").title == "Cherry-pick the fix onto the release branch"
    assert shipped.stage_of("prepare.pick").key == "prepare"
    with pytest.raises(InputError, match=re.escape("no step 'prepare.pik'; did you mean 'prepare.pick'?")):
        shipped.step("prepare.pik")
    with pytest.raises(InputError, match="no step"):
        shipped.stage_of("prepare")


def test_a_small_one_is_read() -> None:
    playbook = parse_playbook(SMALL, "p.yaml")
    assert [step.key for step in playbook.steps] == ["prepare.merge", "close.ask", "close.write"]
    assert playbook.executive.outage_minutes == 60
    assert playbook.step("close.write").roles == ("RM", "QA")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name: small", "nam: small", "line 1: nam: there is no such key; did you mean 'name'?"),
        ("version: 1", "version: one", "line 2: version: Expected int, got str"),
        (
            "door: true",
            "dor: true",
            "line 16: stages[0].steps[0].dor: there is no such key; did you mean 'door'?",
        ),
        (
            "roles: [RM]",
            "roles: [RMM]",
            "line 12: stages[0].steps[0].roles[0]: there is no role 'RMM'; did you mean 'RM'?",
        ),
        ("roles: [RM]", "roles: []", "line 12: stages[0].steps[0].roles: somebody has to be named"),
        ("roles: [RM]", "roles: RM", "line 12: stages[0].steps[0].roles: must be a list"),
        (
            "        automated: true\n",
            "",
            "line 15: stages[0].steps[0].door: a step that people do has no door",
        ),
        (
            "key: close.ask",
            "key: close.write",
            "line 21: stages[1].steps[1].key: the step 'close.write' stands twice",
        ),
        (
            "key: close.ask",
            "key: other.ask",
            "line 20: stages[1].steps[0].key: 'other.ask' stands in the stage 'close'",
        ),
        ("key: close.ask", "key: Close.Ask", "'Close.Ask' is not of the form stage.step, in lower case"),
        (
            "since: resolution",
            "since: resolutoin",
            "line 26: stages[1].steps[1].deadline.since: there is no anchor 'resolutoin'; did you mean",
        ),
        (
            "{business_days: 2,",
            "{business_days: 2, hours: 1,",
            "line 26: stages[1].steps[1].deadline: give one of minutes",
        ),
        (
            "{business_days: 2,",
            "{business_days: -2,",
            "give one of minutes, hours and business_days, above 0",
        ),
        (
            "resolution: close.ask",
            "resolution: close.ak",
            "line 5: anchors.resolution: there is no step 'close.ak'; did you mean 'close.ask'?",
        ),
        (
            "{resolution: close.ask}",
            "{resolution: close.ask, stage: close.ask}",
            "line 5: anchors.stage: this name has its meaning already",
        ),
        ("executive: {role: RM}", "executive: {role: CEO}", "line 4: executive.role: there is no role 'CEO'"),
        (
            "  - key: close\n",
            "  - key: prepare\n",
            "line 17: stages[1].key: the stage 'prepare' stands twice",
        ),
        ("guidance: g, proof: p}", "proof: p}", "line 20: stages[1].steps[0]: the key 'guidance' is missing"),
        (
            "guidance: g, proof: p}",
            "guidance: g, proof: p, scope: targt}",
            "'targt' is none of incident, target; did you mean 'target'?",
        ),
        (
            "guidance: g, proof: p}",
            "guidance: g, proof: p, proof: q}",
            "the key 'proof' stands twice, again on line 20",
        ),
        (
            "guidance: g, proof: p}",
            "guidance: g, proof: p, automated: true}",
            "relauto cannot do 'close.ask' by itself",
        ),
        (
            "guidance: g, proof: p}",
            "guidance: g, proof: p, reply: true}",
            "stages[1].steps[0].reply: must be a mapping",
        ),
    ],
)
def test_each_fault_is_told_with_line_and_key(old: str, new: str, fault: str) -> None:
    assert old in SMALL
    faults = faults_of(SMALL.replace(old, new, 1))
    assert any(fault in found for found in faults), faults


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    text = SMALL.replace("version: 1", "version: one").replace("roles: [RM]", "roles: [RN]")
    text = text.replace("since: resolution", "since: resolved").replace("title: Write", "titel: Write")
    assert [re.findall(r"line (\d+)", fault) for fault in faults_of(text)] == [
        ["2"], ["12"], ["21"], ["22"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is empty"),
        ("name: [", ": not YAML"),
        ("name: x\n\tb: 1", "line 2: not YAML"),
        ("- 1", "must be a mapping"),
        ("just words", "must be a mapping"),
        ("name: !!python/name:os.system x", "not YAML"),
        ("name: &a {b: *a}", "Expected str"),
    ],
)
def test_what_is_no_playbook_at_all(text: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(text))


def test_an_empty_list_of_steps_is_a_fault() -> None:
    assert any("stages: must not be empty" in fault for fault in faults_of("name: x\nstages: []"))


def test_loading_names_the_digest_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sev1.yaml"
    path.write_bytes((find_resource("playbook") / "sev1.yaml").read_bytes())
    assert load_playbook(tmp_path) == load_playbook()
    path.write_text(path.read_text() + "# changed\n")
    assert load_playbook(tmp_path)[1] != load_playbook()[1]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "sev1.yaml").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        load_playbook(tmp_path)
