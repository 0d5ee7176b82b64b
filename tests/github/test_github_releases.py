import json

import pytest

from relauto.errors import DecisionError, RemoteError
from relauto.github.releases import create_release, find_release, publish_release
from relauto.model.names import Commit, Tag

TAG, COMMIT = Tag("v5.35.4"), Commit("a" * 40)


def create(client, **more):
    return create_release(
        client,
        tag=TAG,
        commit=COMMIT,
        name="5.35.4",
        body="notes",
        draft=True,
        prerelease=False,
        make_latest="false",
        **more,
    )


def test_drafts_are_found_on_any_page(wire, client, say):
    second = {"Link": '<https://api.github.com/repos/acme/stockroom/releases?page=2>; rel="next"'}
    wire.answer("GET", "releases", [say.release(tag_name="v9")], headers=second)
    wire.answer("GET", "releases", [say.release(draft=True)])
    found = find_release(client, TAG)
    assert (found.draft, found.tag) == (True, TAG)
    assert found.upload_url.endswith("/releases/3/assets")


def test_two_releases_of_one_tag_are_shown(wire, client, say):
    wire.answer("GET", "releases", [say.release(id=3), say.release(id=4, draft=False, html_url="other")])
    with pytest.raises(DecisionError, match=r"2 releases for v5\.35\.4: .*\(draft\), other \(published\)"):
        find_release(client, TAG)


def test_a_release_is_made_with_one_write(wire, client, say):
    wire.answer("GET", "releases", [])
    wire.answer("POST", "releases", say.release(), 201)
    create(client)
    assert json.loads(wire.mock.calls[-1].request.body) == {
        "tag_name": TAG,
        "target_commitish": COMMIT,
        "name": "5.35.4",
        "body": "notes",
        "draft": True,
        "prerelease": False,
        "make_latest": "false",
    }


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_release_is_never_doubled(wire, client, say, happened):
    wire.lose("POST", "releases")
    wire.answer("POST", "releases", say.release(), 201)
    wire.answer("GET", "releases", [say.release()] if happened else [])
    assert create(client, absent=True).id == 3
    assert client.counts.write == (1 if happened else 2)


def test_a_published_release_of_the_tag_is_adopted(wire, client, say):
    errors = [{"resource": "Release", "code": "already_exists", "field": "tag_name"}]
    wire.refuse("POST", "releases", 422, "Validation Failed", errors=errors)
    wire.answer("GET", "releases", [say.release(draft=False)])
    assert not create(client, absent=True).draft


def test_a_draft_is_published_and_not_as_the_latest(wire, client, say, draft):
    release = draft()
    wire.answer("PATCH", "releases/3", say.release(draft=False))
    assert not publish_release(client, release, prerelease=False, make_latest="false").draft
    sent = json.loads(wire.mock.calls[-1].request.body)
    assert sent == {"draft": False, "prerelease": False, "make_latest": "false"}


def test_publishing_twice_writes_once(client, draft):
    before = client.counts.write
    publish_release(client, draft(draft=False), prerelease=False, make_latest="false")
    assert client.counts.write == before


def test_a_lost_publication_is_read_back(wire, client, say, draft):
    release = draft()
    wire.answer("PATCH", "releases/3", {}, 502)
    wire.answer("GET", "releases/3", say.release(draft=False))
    assert not publish_release(client, release, prerelease=False, make_latest="false").draft
    assert client.counts.write == 1


def test_a_publication_that_was_not_one_is_an_error(wire, client, say, draft):
    release = draft()
    wire.answer("PATCH", "releases/3", say.release(draft=True))
    with pytest.raises(RemoteError, match="not published"):
        publish_release(client, release, prerelease=False, make_latest="false")
