"""What a request would show: every text in it, by its name."""

from collections.abc import Iterator, Mapping

from relauto.guard.guard import Passage

_NAMES = {
    "body": "the text",
    "commit_message": "the commit's message",
    "commit_title": "the commit's title",
    "head": "the name of the branch",
    "labels": "a label",
    "name": "the name",
    "tag_name": "the name of the tag",
    "title": "the title",
}


def list_passages(request: str, body: object, name: str = "") -> Iterator[Passage]:
    """Yield every text in the body of a request such as `POST pulls`."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            yield from list_passages(request, value, str(key))
    elif isinstance(body, list | tuple):
        for value in body:
            yield from list_passages(request, value, name)
    elif isinstance(body, str):
        yield Passage(f"{_NAMES.get(name, name or 'the text')} ({request})", body, int("\n" in body))
