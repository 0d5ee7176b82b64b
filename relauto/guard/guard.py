"""The leak guard: says of texts what their readers must not get, by kind and place, and never the term."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from relauto.errors import DecisionError
from relauto.guard.matcher import Matcher
from relauto.guard.terms import NOUNS, Term
from relauto.redaction import find_lookalikes, holds_learnt, holds_secret

_SECRET = "a token or a private key"  # noqa: S105  # nosec B105 - what it is called
_MANY = 5


@dataclass(frozen=True)
class Passage:
    """A part of a text that is about to leave.

    `where` says which, for people: `the title`; `first` is the number of its first line in the whole, 0 where
    lines say nothing.
    """

    where: str
    text: str
    first: int = 0


@dataclass(frozen=True)
class Leak:
    """Something that a reader must not get: what it is, and where.

    `digest` stands for the lines that hold it, so that exactly these can be let pass. `owner` is the alias of
    the customer whom it names, for our own people alone.
    """

    noun: str
    where: str
    digest: str
    owner: str = ""

    def __str__(self) -> str:
        """Write it for everybody."""
        return f"{self.where} holds {self.noun}"


class LeakError(DecisionError):
    """A text was not let out; nothing of it was sent. `leaks` says what it holds."""

    def __init__(self, leaks: Sequence[Leak]) -> None:
        self.leaks = tuple(leaks)
        super().__init__(
            f"the leak guard refused a text: {describe(leaks)}",
            todo="take it out where it comes from, then run again",
        )


def describe(leaks: Sequence[Leak]) -> str:
    """Return what was found as one sentence; of very many the first."""
    told = list(dict.fromkeys(map(str, leaks)))
    more = f"; and {len(told) - _MANY} more" if len(told) > _MANY else ""
    return "; ".join(told[:_MANY]) + more


@dataclass
class Guard:
    """What is known of customers. Terms of the owner "" name us; `permitted` lines a person lets pass."""

    terms: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    permitted: frozenset[str] = frozenset()
    _matchers: dict[str | None, Matcher] = field(default_factory=dict)

    def learn(self, terms: Mapping[str, Iterable[Term]]) -> None:
        """Guard further terms, by the alias of the customer whom they name.

        Raises:
            UnguardableError: one of them cannot be looked for.
        """
        for owner, more in terms.items():
            self.terms[owner] = tuple(dict.fromkeys((*self.terms.get(owner, ()), *more)))
        self._matchers.clear()

    def find(self, passages: Iterable[Passage], *, reader: str | None = None) -> tuple[Leak, ...]:
        """Return what in some passages `reader`, a customer's alias, must not read; None is everybody.

        Secrets are nobody's. Our own no person lets pass; what merely looks like one, such as a key that a
        project's tests are written with, can be let pass like a term.
        """
        return tuple(dict.fromkeys(leak for each in passages for leak in self._find(each, reader)))

    def require(self, passages: Iterable[Passage], *, reader: str | None = None) -> None:
        """Let passages pass to a reader.

        Raises:
            LeakError: they hold what the reader must not get.
        """
        leaks = self.find(passages, reader=reader)
        if leaks:
            raise LeakError(leaks)

    def _find(self, passage: Passage, reader: str | None) -> Iterator[Leak]:
        if holds_learnt(passage.text):
            yield Leak(_SECRET, passage.where, "")
        found = [
            (NOUNS[each.term.kind], self._find_owner(each.term), each.first, each.last)
            for each in self._matcher(reader).find(passage.text)
        ]
        for start, end in find_lookalikes(passage.text):
            first = passage.text.count("\n", 0, start)
            found.append((_SECRET, "", first, first + passage.text.count("\n", start, end)))
        lines = passage.text.split("\n") if found else []
        for noun, owner, first, last in found:
            digest = _digest(lines[first : last + 1])
            if digest not in self.permitted:
                yield Leak(noun, self._name_place(passage, first), digest, owner)

    def _name_place(self, passage: Passage, line: int) -> str:
        if self._matcher(None).find(passage.where):
            return "something whose very name says it"
        return f"{passage.where}, line {passage.first + line}," if passage.first else passage.where

    def _find_owner(self, term: Term) -> str:
        return next((owner for owner, terms in self.terms.items() if term in terms), "")

    def _matcher(self, reader: str | None) -> Matcher:
        if reader not in self._matchers:
            own = {term.text.casefold() for term in self.terms.get(reader or "", ()) if reader}
            kept = [
                term for terms in self.terms.values() for term in terms if term.text.casefold() not in own
            ]
            self._matchers[reader] = Matcher(list(dict.fromkeys(kept)))
        return self._matchers[reader]


def require_no_secret(passages: Iterable[Passage]) -> None:
    """Let passages pass to our own people.

    Raises:
        LeakError: they hold a token or a private key.
    """
    leaks = [Leak(_SECRET, passage.where, "") for passage in passages if holds_secret(passage.text)]
    if leaks:
        raise LeakError(leaks)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:12]
