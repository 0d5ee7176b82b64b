"""Looks that share a request: what is to be read of several things is asked in one GraphQL document.

A `Look` can be had alone or together with others; its value is the same. What a shared answer does not
tell, because one thing is gone, cut off or refused, is left out of it, to be asked alone: then it gets
the error, or the REST reads, of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from relauto.errors import CHECK_NAME, RemoteError
from relauto.github.faults import ForbiddenError, NoGraphQLError, NotFoundError, UnreadableError
from relauto.github.queries import Field, write_query

if TYPE_CHECKING:
    from relauto.github.client import Client, Parameter

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

SEE_WHETHER_THERE = "see whether it is there on GitHub, then run again"


class CutOffError(Exception):
    """GraphQL's answer does not tell the whole: REST has to be read."""


@dataclass(frozen=True)
class Look(Generic[T]):
    """One thing to be read: a field of the client's repository.

    Attributes:
        values: the field's variables; None leaves one out.
        settle: makes the field's answer a value; raises CutOffError for what is not told in full, and
            RemoteError for what is wrong with it.
        by_rest: reads the same by REST.
        mark: what tells it from others that ask the same, and look for something else in the answer.
        watch: the paths of the REST reads that answer otherwise once the value, given or not known, is
            another; none for what nobody waits for.
    """

    client: Client
    field: Field
    values: Mapping[str, Parameter | None]
    settle: Callable[[msgspec.Raw], T]
    by_rest: Callable[[], T]
    watch: Callable[[T | None], Sequence[str]] = lambda _: ()
    mark: str = ""

    @property
    def key(self) -> Hashable:
        """What tells this look from others."""
        return self.client.repository, self.field.name, tuple(sorted(_given(self.values).items())), self.mark

    def read(self) -> T:
        """Return the value, asked alone: by one GraphQL read, or by REST where that is not enough.

        Raises:
            NotFoundError, ForbiddenError, RemoteError, LimitError: it cannot be read.
        """
        document = write_query(self.field.name, [("", self.field)])
        try:
            answer = self.client.graphql(document, _Alone, **_given(self.values))
            if answer.repository is None:
                raise RemoteError(f"{self.client.repository} was not found by GraphQL", todo=CHECK_NAME)
            return self.settle(next(iter(answer.repository.values())))
        except (NoGraphQLError, CutOffError):
            return self.by_rest()


class _Alone(msgspec.Struct, frozen=True):
    repository: dict[str, msgspec.Raw] | None


def read_together(looks: Mapping[K, Look[Any]]) -> dict[K, Callable[[], Any]]:
    """Return what gives each look's value, one request for all that go by the same token to one server.

    Where the answer does not tell the whole, that is the look's `by_rest`, which nobody has called yet. A
    look that is alone with its token, or of which the answer says nothing, is not in the result.

    Raises:
        NoReplyError, ServerError, LimitError: GitHub is away, or has had enough.
    """
    groups: dict[tuple[str, str], dict[K, Look[Any]]] = {}
    for key, look in looks.items():
        groups.setdefault((look.client.address.api, look.client.token), {})[key] = look
    found: dict[K, Callable[[], Any]] = {}
    for group in groups.values():
        if len(group) > 1:
            found |= _read_group(group)
    return found


def _read_group(group: Mapping[K, Look[Any]]) -> dict[K, Callable[[], Any]]:
    first = next(iter(group.values())).client
    suffixes = {look.client.repository: "" for look in group.values() if look.client is first}
    for look in group.values():
        suffixes.setdefault(look.client.repository, f"_{len(suffixes)}")
    fields = [(suffixes[look.client.repository], look.field) for look in group.values()]
    values: dict[str, Parameter] = {}
    for repository, suffix in suffixes.items():
        values |= {f"owner{suffix}": repository.owner, f"name{suffix}": repository.name}
    for number, look in enumerate(group.values()):
        values |= {f"{key}_{number}": value for key, value in _given(look.values).items()}
    del values["owner"], values["name"]  # the client's own, which it fills in
    try:
        answer = first.graphql(
            write_query("Look", fields), dict[str, dict[str, msgspec.Raw] | None], **values
        )
    except (NoGraphQLError, NotFoundError, ForbiddenError, UnreadableError):
        return {}
    found: dict[K, Callable[[], Any]] = {}
    for number, ((suffix, _), (key, look)) in enumerate(zip(fields, group.items(), strict=True)):
        told = answer.get(f"r{suffix}") or {}
        try:
            found[key] = partial(_give, look.settle(told[f"a{number}"]))
        except CutOffError:
            found[key] = look.by_rest
        except (RemoteError, KeyError):
            continue
    return found


def _give(value: T) -> T:
    return value


def require(answer: msgspec.Raw, missing: str) -> msgspec.Raw:
    """Return an answer that is not null.

    Raises:
        RemoteError: it is, which `missing` tells people.
    """
    if bytes(answer) == b"null":
        raise RemoteError(missing, todo=SEE_WHETHER_THERE)
    return answer


def _given(values: Mapping[str, Parameter | None]) -> dict[str, Parameter]:
    return {key: value for key, value in values.items() if value is not None}
