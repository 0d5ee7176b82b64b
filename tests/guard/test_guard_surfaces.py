"""Every kind of term, in every disguise, on every surface: nothing leaves, and a clean text does."""

import random
from functools import partial
from pathlib import Path

import pytest

from relauto.clock import ManualClock
from relauto.errors import InputError, UnknownOutcomeError
from relauto.git.address import Address as Remote
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.runner import Git
from relauto.github.client import Address, Client
from relauto.guard.customers import parse_customers
from relauto.guard.guard import Guard, LeakError
from relauto.guard.terms import find_network
from relauto.model.audience import Public
from relauto.model.names import Branch, Commit, RepositoryName, Tag
from tests.guard.disguises import ADDRESS, DISGUISES, EXACT

CUSTOMERS = parse_customers(Path(__file__).with_name("sample.toml").read_text("utf-8"), "the sample")
CHOSEN = {(term.kind, term.exact): term for owner in CUSTOMERS.values() for term in owner}
WHO = {f"GIT_{role}_{part}": "x@y.z" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}

REQUESTS = {
    "title of a pull request": ("POST", "pulls", lambda text: {"title": text, "head": "a", "base": "b"}),
    "text of a pull request": ("POST", "pulls", lambda text: {"title": "x", "body": f"Fix\n\n{text}"}),
    "branch of a pull request": ("POST", "pulls", lambda text: {"title": "x", "head": text}),
    "changed text": ("PATCH", "issues/1", lambda text: {"body": text}),
    "comment": ("POST", "issues/1/comments", lambda text: {"body": f"> {text}"}),
    "label": ("POST", "issues/1/labels", lambda text: {"labels": ["urgent", text]}),
    "commit's title": ("PUT", "pulls/1/merge", lambda text: {"commit_title": text}),
    "commit's message": ("PUT", "pulls/1/merge", lambda text: {"commit_message": f"x\n\n{text}"}),
    "release's notes": ("POST", "releases", lambda text: {"tag_name": "v1", "body": text}),
    "release's name": ("PATCH", "releases/1", lambda text: {"name": text}),
    "tag": ("POST", "git/refs", lambda text: {"ref": f"refs/tags/{text}"}),
    "check's name": ("POST", "check-runs", lambda text: {"name": text}),
    "check's text": ("POST", "check-runs", lambda text: {"output": {"title": "x", "summary": text}}),
    "annotation": ("POST", "check-runs", lambda text: {"output": {"annotations": [{"message": text}]}}),
    "status": ("POST", "statuses/a", lambda text: {"description": text}),
    "run's name": ("POST", "actions/workflows/a/dispatches", lambda text: {"inputs": {"nonce": text}}),
}


def plant():
    """Yield each chosen term in each of its disguises."""
    for term in CHOSEN.values():
        network = term.kind == "address" and find_network(term.text)
        for name in ADDRESS if network else EXACT if term.exact else DISGUISES:
            yield term, name, DISGUISES[name](term.text, random.Random(f"{term.text} {name}"))


@pytest.fixture
def guard():
    made = Guard()
    made.learn(CUSTOMERS)
    return made


@pytest.fixture
def client(guard):
    where, name = Address("http://127.0.0.1:9/api"), RepositoryName("acme/stockroom")
    with Client(where, name, "canary-of-a-token", clock=ManualClock(), vet=guard.require) as made:
        yield made


def is_refused(send, term):
    """Tell whether a text is refused, and without telling the term."""
    try:
        send()
    except LeakError as refused:
        return term.text.casefold() not in str(refused).casefold()
    return False


def test_no_request_leaves_with_a_term(client):
    tried, passed = 0, []
    for term, name, text in plant():
        sends = {
            surface: partial(client.write, verb, path, write(text), object)
            for surface, (verb, path, write) in REQUESTS.items()
        }
        sends["mutation"] = partial(client.mutate, "mutation Enable { x }", object, headline=text)
        sends["asset's name"] = partial(client.upload, "http://127.0.0.1:9/x", text, b"", object)
        tried += len(sends)
        passed += [
            (term.text, name, surface) for surface, send in sends.items() if not is_refused(send, term)
        ]
    assert tried > 1_500
    assert passed == []
    assert client.counts.write == 0, "nothing was sent"


@pytest.mark.parametrize("surface", REQUESTS)
def test_clean_request_leaves(client, surface):
    verb, path, write = REQUESTS[surface]
    with pytest.raises(UnknownOutcomeError):
        client.write(verb, path, write("Fix the crash of the interface"), object)
    assert client.counts.write == 1


@pytest.fixture
def mirror(guard, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    Git(tmp_path).run("init", "--quiet", "--bare", "remote.git")
    with Mirror.open(Remote(str(tmp_path / "remote.git")), cache=tmp_path / "cache") as made:
        made.vet = guard.require
        yield made


def write_commit(mirror, message="Fix", files=None):
    """Write a first commit with these files into the mirror, on no branch."""
    git, product = Git(mirror.repository.directory, WHO), mirror.repository
    empty = git.run("hash-object", "-t", "tree", "-w", "--stdin", input=b"").decode().strip()
    tree = product.write_files(empty, files or {"app.py": b"x\n"})
    return Commit(git.run("commit-tree", tree, "-F", "-", input=message.encode()).decode().strip())


def write_tag(mirror, text):
    git, commit = Git(mirror.repository.directory, WHO), write_commit(mirror)
    content = f"object {commit}\ntype commit\ntag v1\ntagger x <y> 0 +0000\n\nRelease\n{text}\n"
    return git.run("mktag", input=content.encode()).decode().strip()


PUSHES = {
    "branch": lambda mirror, text: (Branch(f"fix/{text}").ref, write_commit(mirror)),
    "tag": lambda mirror, text: (Tag(f"v1-{text}").ref, write_commit(mirror)),
    "tag's message": lambda mirror, text: ("refs/tags/v1", write_tag(mirror, text)),
    "commit's message": lambda mirror, text: ("refs/heads/x", write_commit(mirror, f"Fix\n\n{text}")),
    "file's name": lambda mirror, text: (
        "refs/heads/x",
        write_commit(mirror, files={text.replace("/", "-"): b"x\n"}),
    ),
    "new line": lambda mirror, text: (
        "refs/heads/x",
        write_commit(mirror, files={"a": f"1\n2\n{text}\n".encode()}),
    ),
}
SOME = ("plain", "unseen", "marks", "percent")


@pytest.mark.parametrize("surface", PUSHES)
def test_no_push_leaves_with_a_term(mirror, surface):
    tried = 0
    for _, name, text in plant():
        if name not in SOME:
            continue
        try:
            ref, new = PUSHES[surface](mirror, text)
        except InputError:
            # git has no such names.
            continue
        tried += 1
        with pytest.raises(LeakError):
            mirror.push([RefUpdate(ref, None, new)])
    assert tried > 10
    mirror.fetch(["refs/heads/*", "refs/tags/*"])
    assert mirror.repository.refs() == {}
    ref, new = PUSHES[surface](mirror, "crash")
    mirror.push([RefUpdate(ref, None, new)])
    mirror.fetch(["refs/heads/*", "refs/tags/*"])
    assert list(mirror.repository.refs()) == [ref]


def test_public_log_is_made_of_known_words_alone():
    public = Public(frozenset({"prepare.pick", "investigate.pr"}))
    known = {"prepare.pick", "investigate.pr", "prepare.pick:", "refused"}
    for _, _, text in plant():
        lines = (f"prepare.pick: refused, {text}", f"{text}\ninvestigate.pr ({text})", f"::error::{text}")
        assert set(" ".join(map(public.reduce, lines)).split()) <= known
        told = public.reduce_document({"reason": text, "stops": [{"reason": text, "whom": text}]})
        assert told == {"reason": "withheld", "stops": [{"reason": "withheld", "whom": "withheld"}]}
