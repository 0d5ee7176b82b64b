"""Releases: drafts, tags, assets."""

import hashlib
import socket

import requests


def upload(world, release, name, data=b"bytes", by="bot"):
    url = release["upload_url"].partition("{")[0]
    headers = {"Authorization": f"token token-of-{by}", "Content-Type": "application/zip"}
    response = requests.post(url, params={"name": name}, data=data, headers=headers, timeout=20)
    world.seen.append(response)
    return response


def draft(world, tag="v1", **more):
    return world.send("POST", "/releases", {"tag_name": tag, "draft": True, **more}, status=201)


def test_draft_has_no_tag_and_may_be_doubled(world):
    one, two = draft(world), draft(world)
    assert one["id"] != two["id"]
    world.get("/releases/tags/v1", status=404)
    assert world.bare.ask("rev-parse", "--verify", "v1").status != 0
    assert len(world.get("/releases")) == 2
    assert world.get("/releases", by="sam") == []
    world.get(f"/releases/{one['id']}", by="sam", status=404)


def test_publishing_puts_the_tag_on_the_target(world):
    head = world.fork("line")
    release = draft(world, target_commitish=head)
    world.send("PATCH", f"/releases/{release['id']}", {"draft": False, "make_latest": "false"})
    assert world.bare.read("rev-parse", "v1") == head
    assert world.get("/releases/tags/v1", by=None)["id"] == release["id"]
    world.get("/releases/latest", status=404)
    again = world.send("POST", "/releases", {"tag_name": "v1"}, status=422)
    assert again["errors"][0]["code"] == "already_exists"


def test_existing_tag_wins_over_the_target(world):
    head = world.fork("line")
    world.send("POST", "/git/refs", {"ref": "refs/tags/v1", "sha": head}, status=201)
    world.send("POST", "/releases", {"tag_name": "v1", "target_commitish": "main"}, status=201)
    assert world.bare.read("rev-parse", "v1") == head
    world.send("POST", "/releases", {"tag_name": "v 2"}, status=422)
    world.send("POST", "/releases", {"tag_name": "v2", "target_commitish": "nope"}, status=422)


def test_latest_is_the_last_published_that_may_be(world):
    for tag, more in (("v1", {}), ("v2", {"prerelease": True}), ("v3", {"make_latest": "false"})):
        world.send("POST", "/releases", {"tag_name": tag, **more}, status=201)
    assert world.get("/releases/latest")["tag_name"] == "v1"
    answer = world.query(
        '{repository(owner:"acme",name:"stockroom"){releases(first:9){nodes{tagName isLatest isPrerelease}}}}'
    )
    nodes = answer["data"]["repository"]["releases"]["nodes"]
    assert [(node["tagName"], node["isLatest"], node["isPrerelease"]) for node in nodes] == [
        ("v1", True, False),
        ("v2", False, True),
        ("v3", False, False),
    ]


def test_asset_keeps_its_bytes_and_their_digest(world):
    release = draft(world)
    data = bytes(range(256)) * 5000
    asset = upload(world, release, "my tool.pyz", data).json()
    assert asset["name"] == "my.tool.pyz"
    assert asset["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert (asset["size"], asset["state"]) == (len(data), "uploaded")
    raw = {"headers": {"Accept": "application/octet-stream"}}
    world.restart()
    assert world.ask("GET", f"/releases/assets/{asset['id']}", **raw).content == data
    world.send("PATCH", f"/releases/{release['id']}", {"draft": False})
    assert world.get(f"/releases/assets/{asset['id']}")["download_count"] == 1
    page = world.get("/releases/latest")["assets"][0]["browser_download_url"]
    assert requests.get(page, timeout=20).content == data
    assert upload(world, release, "my tool.pyz", data).status_code == 422
    assert upload(world, release, "other", data, by="sam").status_code == 403
    assert upload(world, release, "").status_code == 422
    world.send("DELETE", f"/releases/assets/{asset['id']}", status=204)
    assert world.get(f"/releases/{release['id']}/assets") == []


def test_upload_that_breaks_off_leaves_a_starter(world):
    release = draft(world)
    path = release["upload_url"].partition("{")[0].removeprefix(world.hub.address)
    port = int(world.hub.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as broken:
        head = f"POST {path}?name=a.zip HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 100\r\n"
        broken.sendall(f"{head}Authorization: token token-of-bot\r\n\r\nonly this".encode())
        broken.shutdown(socket.SHUT_WR)
        broken.settimeout(20)
        while broken.recv(4096):
            pass
    (asset,) = requests.get(
        f"{world.hub.api}/repos/acme/stockroom/releases/{release['id']}/assets",
        headers={"Authorization": "token token-of-bot"},
        timeout=20,
    ).json()
    assert (asset["name"], asset["state"], asset["size"], asset["digest"]) == ("a.zip", "starter", 0, None)
    assert upload(world, release, "a.zip").status_code == 422
    world.send("DELETE", f"/releases/assets/{asset['id']}", status=204)
    assert upload(world, release, "a.zip").status_code == 201


def test_notes_name_the_pulls_since_the_previous_tag(world):
    world.send("POST", "/releases", {"tag_name": "v1"}, status=201)
    for name, method in (("one", "squash"), ("two", "merge")):
        world.fork(name, path=name, message=f"Do {name}")
        number = world.open(name)["number"]
        world.send("PUT", f"/pulls/{number}/merge", {"merge_method": method})
    notes = world.send("POST", "/releases/generate-notes", {"tag_name": "v2"})
    assert "* About one by @bot in" in notes["body"]
    assert "* About two by @bot in" in notes["body"]
    assert notes["body"].endswith("/compare/v1...v2")


def test_deleted_release_leaves_its_tag(world):
    release = world.send("POST", "/releases", {"tag_name": "v1"}, status=201)
    world.send("DELETE", f"/releases/{release['id']}", status=204)
    assert world.bare.ask("rev-parse", "--verify", "v1").status == 0
    world.get("/releases/tags/v1", status=404)
