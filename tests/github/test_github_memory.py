"""Answers are kept for the token that got them, and asked about before they are used again."""

import stat

import pytest

from relauto.github.memory import Answer, Memory


@pytest.fixture
def remember(open_client, tmp_path):
    """Open a client as a process of its own would, with what was kept in a folder."""

    def open_(token: str = "t0ken"):
        return open_client(memory=Memory.open(tmp_path / "answers", token))

    return open_


def test_a_second_read_asks_whether_the_first_still_holds(wire, remember):
    wire.answer("GET", "labels", [{"name": "a"}], headers={"ETag": 'W/"1"', "Link": ""})
    wire.answer("GET", "labels", status=304)
    client = remember()
    first = client.read_all("labels", dict)
    again = client.read_all("labels", dict)
    assert first == again == [{"name": "a"}]
    assert [call.request.headers.get("If-None-Match") for call in wire.mock.calls] == [None, 'W/"1"']
    assert client.counts.by_kind()["path"] == (2, 0, 1)


def test_what_has_changed_is_taken_and_kept(wire, remember):
    for number in (1, 2):
        wire.answer("GET", "labels", [{"name": str(number)}], headers={"ETag": f'"{number}"'})
    wire.answer("GET", "labels", status=304)
    client = remember()
    found = [client.read_all("labels", dict)[0]["name"] for _ in range(3)]
    assert found == ["1", "2", "2"]
    assert wire.mock.calls[2].request.headers["If-None-Match"] == '"2"'


def test_pages_are_kept_with_what_leads_on(wire, remember):
    following = '<https://api.github.com/repositories/1/labels?page=2>; rel="next"'
    wire.answer("GET", "labels", [{"name": "a"}], headers={"ETag": '"1"', "Link": following})
    wire.answer("GET", "/repositories/1/labels", [{"name": "b"}], headers={"ETag": '"2"'})
    wire.answer("GET", "labels", status=304)
    wire.answer("GET", "/repositories/1/labels", status=304)
    client = remember()
    assert [client.read_all("labels", dict) for _ in range(2)] == [[{"name": "a"}, {"name": "b"}]] * 2
    assert client.counts.by_kind()["path"].unchanged == 2


def test_another_process_with_the_same_token_goes_on_from_there(wire, remember, tmp_path):
    wire.answer("GET", "labels", [{"name": "a"}], headers={"ETag": '"1"'})
    wire.answer("GET", "labels", status=304)
    remember().close()
    first = remember()
    first.read_all("labels", dict)
    first.close()
    assert remember().read_all("labels", dict) == [{"name": "a"}]
    (kept,) = (tmp_path / "answers").iterdir()
    assert "t0ken" not in kept.name
    assert b"t0ken" not in kept.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_another_token_does_not_get_the_answer(wire, remember):
    wire.answer("GET", "labels", [], headers={"ETag": '"1"'})
    client = remember()
    client.read_all("labels", dict)
    client.close()
    other = remember("0ther")
    other.read_all("labels", dict)
    assert "If-None-Match" not in wire.mock.calls[1].request.headers


def test_other_parameters_are_another_answer(wire, remember):
    wire.answer("GET", "labels", [], headers={"ETag": '"1"'})
    client = remember()
    client.read_all("labels", dict)
    client.read_all("labels", dict, state="all")
    assert "If-None-Match" not in wire.mock.calls[1].request.headers


def test_a_probe_tells_whether_anything_may_have_changed(wire, remember):
    wire.answer("GET", "issues/7", {"comments": 1}, headers={"ETag": '"1"'})
    wire.answer("GET", "issues/7", status=304)
    wire.answer("GET", "issues/7", {"comments": 2}, headers={"ETag": '"2"'})
    wire.answer("GET", "issues/7", status=304)
    client = remember()
    assert [client.probe("issues/7") for _ in range(4)] == [True, False, True, False]


def test_a_server_without_etags_may_always_have_changed(wire, remember):
    wire.answer("GET", "issues/7", {"comments": 1})
    client = remember()
    assert [client.probe("issues/7") for _ in range(2)] == [True, True]


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1}'])
def test_a_damaged_file_is_begun_anew(tmp_path, content):
    memory = Memory.open(tmp_path, "t0ken")
    memory.keep("x", Answer('"1"', "body"))
    memory.save()
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert Memory.open(tmp_path, "t0ken").find("x") is None


def test_only_so_much_is_kept(tmp_path):
    memory = Memory.open(tmp_path, "t0ken")
    memory.keep("long", Answer('"1"', "x" * 300_000))
    for number in range(250):
        memory.keep(str(number), Answer('"1"', ""))
    memory.save()
    again = Memory.open(tmp_path, "t0ken")
    assert [again.find(name) is not None for name in ("long", "49", "50", "249")] == [
        False,
        False,
        True,
        True,
    ]


def test_forgetting_takes_the_answers_to_every_token_away(tmp_path):
    memories = [Memory.open(tmp_path, token) for token in ("one", "two")]
    for memory in memories:
        memory.keep("a", Answer("etag", "words"))
        memory.save()
    memories[0].forget()
    memories[0].save()
    assert memories[0].find("a") is None
    assert list(tmp_path.iterdir()) == []
