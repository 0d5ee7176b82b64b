"""Files that others made: taken over by content, or shown to people; never moved, never overwritten."""

import hashlib
import socket
import urllib.parse
import urllib.request
from datetime import timedelta

import pytest

from relauto import recording
from relauto.errors import DecisionError, Status
from relauto.model.event import GateWaived, Said, StepIntended
from relauto.model.words import Person, Text
from relauto.stages.building.artifacts import make_archive
from tests.engine.conftest import BOT, SOURCE, TARGET, World

pytestmark = pytest.mark.path

TAG, FINAL = "v1.0.1-rc1", "v1.0.1"
DATA = b"built by another machine\n"
ADOPT = 'build.adopt = ["mallory"]\n'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sums(files):
    return "".join(f"{sha256(data)}  {name}\n" for name, data in files.items()).encode()


def release_of(world: World, tag):
    found = [one for one in world.api("dev").pages(f"repos/{SOURCE}/releases") if one["tag_name"] == tag]
    return found[0] if found else None


def upload(world: World, tag, name, data, by="mallory"):
    address = release_of(world, tag)["upload_url"].partition("{")[0]
    headers = {"Authorization": f"Bearer token-of-{by}", "Content-Type": "application/octet-stream"}
    request = urllib.request.Request(f"{address}?name={name}", data=data, headers=headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def drop(world: World, tag, name):
    (asset,) = [one for one in release_of(world, tag)["assets"] if one["name"] == name]
    world.api("dev")._send("DELETE", asset["url"], None)


def publish(world: World, tag, files, by="mallory", *, draft=False, prerelease=True):
    """Publish a release by hand, files and all."""
    made = world.api(by).post(f"repos/{SOURCE}/releases", {"tag_name": tag, "name": tag, "draft": True})
    for name, data in files.items():
        upload(world, tag, name, data, by=by)
    wanted = {"draft": draft, "prerelease": prerelease, "make_latest": "false"}
    world.api(by).patch(f"repos/{SOURCE}/releases/{made['id']}", wanted)


def assets_of(world: World, tag):
    return {one["name"]: one["digest"].removeprefix("sha256:") for one in release_of(world, tag)["assets"]}


def cut_by_hand(world: World):
    """The pick is merged and the candidate tagged, both by people."""
    world.pass_pull(2)
    world.merge(2, "rebase", by="robin-rm")
    world.product.run("tag", TAG, "release-1.0")


def stop_of(outcome):
    (stop,) = outcome.stops
    return stop.place.step, stop.status, stop.reason


@pytest.mark.slow
def test_a_prerelease_of_somebody_in_the_settings_is_taken_over(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA})
    assert stop_of(world.advance(ADOPT))[:2] == ("prepare.verify", Status.WAITING)
    assert f"{TAG}, uploaded by mallory" in "\n".join(world.said)
    assert assets_of(world, TAG) == {"app.bin": sha256(DATA), "SHA256SUMS": sha256(sums({"app.bin": DATA}))}
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(f"/qa pass {TAG}")
    assert stop_of(world.advance(ADOPT))[0] == "prepare.release"
    proof = world.record("prepare.verify")
    assert (proof.by_others, proof.facts["origin"]) == (True, "adopted")
    world.approve("prepare.release")
    world.advance(ADOPT)
    assert assets_of(world, FINAL) == assets_of(world, TAG)


def test_a_prerelease_of_nobody_in_particular_is_shown_and_left_alone(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA})
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == (
        f"1 file is in the release of {TAG} without being known to relauto:\n"
        f"  app.bin {len(DATA)} bytes, by mallory"
    )
    assert world.asked()[-1] == f"/accept {sha256(DATA)} REASON"
    assert assets_of(world, TAG) == {"app.bin": sha256(DATA)}
    world.answer(f"/accept {sha256(DATA)} I do not hold that role", by="dev")
    assert stop_of(world.advance())[1] is Status.DECISION
    world.answer(f"/accept {sha256(DATA)} built by our vendor")
    assert stop_of(world.advance())[:2] == ("prepare.verify", Status.WAITING)
    (accepted, who) = world.incident.files[0]
    assert (accepted.name, accepted.tag, accepted.reason, who) == (
        "app.bin",
        TAG,
        "built by our vendor",
        "robin-rm",
    )


def test_a_source_archive_is_taken_over_from_anybody_who_made_the_same_bytes(at):
    world = at("pick")
    cut_by_hand(world)
    with world.bench() as bench:
        bench.look()
        archive = make_archive(bench, TARGET, world.head(TAG))
    files = {archive.name: archive.content}
    publish(world, TAG, {**files, "SHA256SUMS": sums(files)})
    assert stop_of(world.advance())[:2] == ("prepare.verify", Status.WAITING)
    assert (release_of(world, TAG)["author"]["login"], len(assets_of(world, TAG))) == ("mallory", 2)
    assert any(said.startswith("prepare.verify") and "take over" in said for said in world.said)


def test_an_archive_of_other_bytes_is_shown(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"stockroom-1.0.1.tar.gz": DATA})
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason.endswith(f"  stockroom-1.0.1.tar.gz {len(DATA)} bytes, by mallory")
    assert assets_of(world, TAG) == {"stockroom-1.0.1.tar.gz": sha256(DATA)}


def test_a_draft_of_others_is_waited_for(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA}, draft=True)
    step, status, reason = stop_of(world.advance(ADOPT))
    assert (step, status) == ("prepare.verify", Status.WAITING)
    assert reason == f"the release of {TAG} with app.bin is still a draft"


def test_a_candidate_published_as_final_is_not_changed(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {}, prerelease=False)
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == f"mallory published {TAG} as a final release, but it is a candidate"
    assert not release_of(world, TAG)["prerelease"]


def test_sums_that_say_something_else_stop(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA, "SHA256SUMS": sums({"app.bin": b"other"})})
    with pytest.raises(DecisionError, match=f"SHA256SUMS of {TAG} .by mallory. says") as caught:
        world.advance(ADOPT)
    assert sha256(DATA) in str(caught.value)
    assert sha256(b"other") in str(caught.value)


def test_what_was_taken_over_must_stay_what_it_was(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA})
    world.advance(ADOPT)
    drop(world, TAG, "app.bin")
    upload(world, TAG, "app.bin", b"newer\n")
    step, status, reason = stop_of(world.advance(ADOPT))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    newer = sha256(b"newer\n")[:12]
    assert f"app.bin (by mallory) is {newer}, not {sha256(DATA)[:12]}" in reason


@pytest.mark.slow
def test_a_file_that_others_add_to_a_candidate_stops_it_until_it_goes_or_is_accepted(at):
    world = at("verify")
    upload(world, TAG, "extra.txt", b"extra\n")
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason.endswith("  extra.txt 6 bytes, by mallory")
    drop(world, TAG, "extra.txt")
    assert stop_of(world.advance())[1] is Status.WAITING
    upload(world, TAG, "extra.txt", b"extra\n")
    world.advance()
    world.answer(f"/accept {sha256(b'extra' + bytes([10]))[:12]} the vendor's notes")
    world.advance()
    assert stop_of(world.advance())[1] is Status.WAITING
    assert [file.name for file, _ in world.incident.files] == ["extra.txt"]


def test_a_file_that_others_replace_is_shown_with_both_digests(at):
    world = at("verify")
    name = next(name for name in assets_of(world, TAG) if name != "SHA256SUMS")
    was = assets_of(world, TAG)[name]
    drop(world, TAG, name)
    upload(world, TAG, name, DATA)
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert f"{name} (by mallory) is {sha256(DATA)[:12]}, not {was[:12]}" in reason
    assert assets_of(world, TAG)[name] == sha256(DATA)


def copy_release(world: World, by="mallory", **changed):
    """Publish the verified candidate's files as the final release, by hand."""
    files = {}
    for asset in release_of(world, TAG)["assets"]:
        with urllib.request.urlopen(asset["browser_download_url"]) as answer:
            files[asset["name"]] = answer.read()
    files |= changed
    world.product.run("tag", FINAL, f"{TAG}^{{}}")
    publish(world, FINAL, {name: data for name, data in files.items() if data}, by=by, prerelease=False)
    return files


@pytest.mark.parametrize(("by", "by_others"), [("dev", True), (BOT, False)])
def test_a_release_that_relauto_meant_and_another_published(at, by, by_others):
    world = at("release-door")
    with world.bench() as bench:
        place = bench.place("prepare.release", TARGET)
        recording.record(bench, StepIntended(place=place, action=f"release:{FINAL}"))
    copy_release(world, by)
    world.advance()
    proof = world.record("prepare.release")
    assert (proof.by_others, proof.facts["tag"]) == (by_others, FINAL)


def test_a_release_by_hand_of_the_verified_files_needs_no_door(at):
    world = at("release-door")
    copy_release(world)
    assert stop_of(world.advance())[:2] == ("deploy.send", Status.DECISION)
    proof = world.record("prepare.release")
    assert (proof.by_others, proof.facts["tag"]) == (True, FINAL)
    assert release_of(world, FINAL)["author"]["login"] == "mallory"


def test_a_release_by_hand_of_other_bytes_is_shown_and_left_alone(at):
    world = at("release-door")
    name = next(name for name in assets_of(world, TAG) if name != "SHA256SUMS")
    copy_release(world, **{name: DATA})
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.release", Status.DECISION)
    assert reason == (
        f"the release of {FINAL} by mallory is not what was verified: "
        f"{name} (by mallory) is {sha256(DATA)[:12]}, not {assets_of(world, TAG)[name][:12]}"
    )
    assert assets_of(world, FINAL)[name] == sha256(DATA)


def test_a_release_by_hand_without_a_file_is_shown(at):
    world = at("release-door")
    copy_release(world, SHA256SUMS=b"")
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.release", Status.DECISION)
    assert reason.endswith("is not what was verified: SHA256SUMS is not there")


def test_a_draft_by_hand_of_other_bytes_is_not_overwritten(at):
    world = at("release-door")
    name = next(name for name in assets_of(world, TAG) if name != "SHA256SUMS")
    publish(world, FINAL, {name: DATA}, draft=True, prerelease=False)
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.release", Status.DECISION)
    assert f"{name} (by mallory) is {sha256(DATA)[:12]}" in reason
    assert assets_of(world, FINAL) == {name: sha256(DATA)}


def test_a_file_that_others_add_to_the_release_loses_the_proof_until_it_is_gone(at):
    world = at("send-door")
    upload(world, FINAL, "extra.txt", b"extra\n")
    step, status, reason = stop_of(world.advance())
    assert (step, status) == ("prepare.release", Status.DECISION)
    assert reason.startswith("the proof is gone: ")
    assert "extra.txt 6 bytes, by mallory" in reason
    drop(world, FINAL, "extra.txt")
    assert stop_of(world.advance())[0] == "deploy.send"


COMMAND = 'build.command = "echo built > app.bin"\nbuild.artifacts = ["app.bin"]\n'


@pytest.mark.parametrize(("machine", "origin"), [("GITHUB_ACTIONS", "ci"), ("CI", "ci"), ("", "local")])
def test_what_a_command_makes_is_known_by_its_machine(at, monkeypatch, machine, origin):
    world = at("pick")
    if machine:
        monkeypatch.setenv(machine, "true")
    world.reach_verify(COMMAND + ("" if machine else "build.local = true\n"))
    intents = {action: intent.facts for (_, action), intent in world.incident.intents.items()}
    assert intents[f"publish:{TAG}"]["origin"] == origin


def test_a_command_outside_ci_builds_nothing(at):
    world = at("pick")
    world.pass_pull(2)
    step, status, reason = stop_of(world.advance(COMMAND))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == "artifacts that the build command makes outside CI may not be promoted"
    assert release_of(world, TAG) is None


@pytest.mark.slow
def test_what_was_built_outside_ci_is_not_promoted_once_the_settings_forbid_it(at):
    world = at("pick")
    world.reach_verify(f"{COMMAND}build.local = true\n")
    step, status, reason = stop_of(world.advance(COMMAND))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == "artifacts that the build command makes outside CI may not be promoted"


def waive(world):
    with world.bench() as bench:
        place = bench.place("prepare.verify", TARGET)
        held = bench.incident.held[place]
        until = world.clock.now() + timedelta(hours=4)
        waived = GateWaived(place, "artifacts", held.commit, until, Text("CI is down"))
        recording.record(bench, Said(Person("robin-rm"), waived))


@pytest.mark.slow
def test_a_waived_gate_lets_a_laptop_build_for_one_commit(at):
    world = at("pick")
    world.pass_pull(2)
    world.advance(COMMAND)
    waive(world)
    assert stop_of(world.advance(COMMAND))[:2] == ("prepare.verify", Status.WAITING)
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(f"/qa pass {TAG}")
    world.advance(COMMAND)
    proof = world.record("prepare.verify")
    assert (proof.facts["gates"]["artifacts"], proof.facts["origin"]) == ("waived", "local")


def test_another_way_to_build_does_not_go_on_with_a_draft_of_relauto(at):
    world = at("pick")
    world.reach_verify()
    release = release_of(world, TAG)
    world.api("dev").patch(f"repos/{SOURCE}/releases/{release['id']}", {"draft": True})
    step, status, reason = stop_of(world.advance('build.by = "attach"\n'))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == f"relauto began to publish {TAG} by itself, and build.by is 'attach' by now"


def break_off(world, tag, name):
    """Begin to upload a file and hang up: GitHub keeps it as a `starter`."""
    address = urllib.parse.urlsplit(release_of(world, tag)["upload_url"].partition("{")[0])
    with socket.create_connection((address.hostname, address.port)) as broken:
        head = (
            f"POST {address.path}?name={name} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 100\r\n"
        )
        broken.sendall(f"{head}Authorization: token token-of-relauto-bot\r\n\r\nonly this".encode())
        broken.shutdown(socket.SHUT_WR)
        while broken.recv(4096):
            pass


def test_an_upload_of_relauto_that_broke_off_is_made_again(at):
    world = at("verify")
    name = next(name for name in assets_of(world, TAG) if name != "SHA256SUMS")
    was = assets_of(world, TAG)
    drop(world, TAG, name)
    break_off(world, TAG, name)
    assert [one["state"] for one in release_of(world, TAG)["assets"] if one["name"] == name] == ["starter"]
    assert stop_of(world.advance())[:2] == ("prepare.verify", Status.WAITING)
    assert assets_of(world, TAG) == was


def test_an_upload_of_others_that_broke_off_is_waited_for(at):
    world = at("pick")
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA})
    break_off(world, TAG, "second.bin")
    assert stop_of(world.advance(ADOPT)) == (
        "prepare.verify",
        Status.WAITING,
        f"{TAG}: the upload of second.bin has not ended",
    )
