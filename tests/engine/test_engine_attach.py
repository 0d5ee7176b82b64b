"""A candidate whose files people attach: on record with their word, uploaded, then taken over together."""

import hashlib

import pytest

from relauto import recording
from relauto.errors import DecisionError, InputError, Status
from relauto.stages.building import attaching
from tests.engine.conftest import World
from tests.engine.test_engine_files import (
    DATA,
    TAG,
    assets_of,
    publish,
    release_of,
    sha256,
    stop_of,
    sums,
)

pytestmark = pytest.mark.path

SETTINGS = 'build.by = "attach"\nbuild.artifacts = ["dist/*.bin", "*.txt"]\n'
WORDS = b"words\n"


@pytest.fixture
def world(at) -> World:
    world = at("pick")
    world.pass_pull(2)
    world.advance(SETTINGS)
    return world


@pytest.fixture
def attach(world, tmp_path):
    def send(name, data, *, tag=TAG, digest="", upload=True):
        (tmp_path / name).write_bytes(data)
        with world.bench(SETTINGS) as bench:
            bench.look()
            source = str(tmp_path / name)
            found = attaching.read_attachment(bench, tag, source, digest or sha256(data), "by hand")
            recording.record(bench, *([found.accepted] if found.accepted else []))
            if upload:
                attaching.upload_attachment(bench, found)
        return found

    return send


def test_what_is_attached_is_waited_for_and_taken_over_as_a_whole(world, attach):
    assert stop_of(world.advance(SETTINGS)) == (
        "prepare.verify",
        Status.WAITING,
        f"{TAG} has no files yet: relauto candidate.attach {TAG} FILE --sha256 …",
    )
    attach("app.bin", DATA)
    assert release_of(world, TAG)["draft"], "nobody takes a part for the whole"
    assert stop_of(world.advance(SETTINGS)) == (
        "prepare.verify",
        Status.WAITING,
        f"{TAG} has app.bin, but no *.txt yet",
    )
    attach("words.txt", WORDS)
    assert stop_of(world.advance(SETTINGS))[:2] == ("prepare.verify", Status.WAITING)
    files = {"app.bin": DATA, "words.txt": WORDS}
    assert assets_of(world, TAG) == {
        **{name: sha256(data) for name, data in files.items()},
        "SHA256SUMS": sha256(sums(files)),
    }
    assert (release_of(world, TAG)["draft"], release_of(world, TAG)["prerelease"]) == (False, True)
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(f"/qa pass {TAG}")
    assert stop_of(world.advance(SETTINGS))[0] == "prepare.release"
    proof = world.record("prepare.verify")
    assert (proof.by_others, proof.facts["origin"]) == (True, "attached")


def test_who_attached_what_is_on_record(world, attach):
    attach("app.bin", DATA)
    ((word, who),) = world.incident.files
    assert (who, word.tag, word.commit, word.name) == ("relauto-bot", TAG, world.head(TAG), "app.bin")
    assert (word.sha256, word.size, word.origin, word.reason) == (
        sha256(DATA),
        len(DATA),
        "app.bin",
        "by hand",
    )
    assert world.incident.overrides[-1].what == f"app.bin of {TAG}"


def test_an_attachment_that_was_cut_off_is_attached_again(world, attach):
    attach("app.bin", DATA, upload=False)
    assert release_of(world, TAG) is None
    attach("app.bin", DATA)
    attach("app.bin", DATA)
    assert assets_of(world, TAG) == {"app.bin": sha256(DATA)}
    assert len(world.incident.files) == 1


def test_another_digest_than_was_told_is_refused(world, attach):
    other = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(InputError) as caught:
        attach("app.bin", DATA, digest=other)
    assert caught.value.what == f"app.bin has the SHA-256 {sha256(DATA)}, not {other}"
    assert (world.incident.files, release_of(world, TAG)) == ([], None)


def test_another_file_of_that_name_is_shown_and_left_alone(world, attach):
    publish(world, TAG, {"app.bin": b"theirs\n"})
    with pytest.raises(DecisionError) as caught:
        attach("app.bin", DATA)
    assert caught.value.what == (
        f"{TAG} has a app.bin by mallory with the SHA-256 {sha256(b'theirs' + bytes([10]))}, "
        f"yours is {sha256(DATA)}"
    )
    assert world.incident.files == []


@pytest.mark.slow
def test_a_file_that_others_uploaded_is_accepted_by_attaching_the_same(world, attach):
    publish(world, TAG, {"app.bin": DATA, "words.txt": WORDS})
    assert stop_of(world.advance(SETTINGS))[1] is Status.DECISION
    attach("app.bin", DATA)
    attach("words.txt", WORDS)
    assert stop_of(world.advance(SETTINGS))[:2] == ("prepare.verify", Status.WAITING)
    assert release_of(world, TAG)["author"]["login"] == "mallory"


def test_a_candidate_has_its_files_for_good(world, attach):
    attach("app.bin", DATA)
    attach("words.txt", WORDS)
    world.advance(SETTINGS)
    with pytest.raises(DecisionError) as caught:
        attach("more.txt", WORDS)
    assert caught.value.what == f"the files of {TAG} are settled: app.bin, words.txt"


@pytest.mark.parametrize(
    ("name", "tag", "said"),
    [
        ("app.bin", "v1.0.1-rc7", f"v1.0.1-rc7 is no candidate of INC-test\n  there are: {TAG}"),
        ("SHA256SUMS", TAG, "SHA256SUMS is written by relauto"),
        ("ä pp.bin", TAG, "cannot be an asset"),
    ],
)
def test_what_cannot_be_attached(attach, name, tag, said):
    with pytest.raises(InputError) as caught:
        attach(name, DATA, tag=tag)
    assert said in str(caught.value)
