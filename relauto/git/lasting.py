"""Answers of git that hang on objects alone are asked for once: what an id stands for never changes.

A run asks the same of the same commits at each step, and a hub at each request; a process for each costs
more than the answer. Whether an object is there, and where a ref stands, is asked each time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from relauto.git.runner import Answer, Git

_OF_OBJECTS = frozenset({"diff-tree", "log", "merge-base", "patch-id", "rev-list"})
"""Commands that only read, and whose answer their options and ids decide; `cat-file` besides."""

_IDS = re.compile(rb"\^?[0-9a-f]{40}(?:\.{2,3}[0-9a-f]{40})?")
_OTHERWISE = re.compile(
    r"--(?:all|branches|tags|remotes|glob|reflog|walk-reflogs|alternate|since|until|after|before|decorate|missing)|-g"
)
"""Options by which refs, the time, or what is there decide too."""
_LARGEST = 1 << 14
"""Bytes: a question or an answer that is longer is not kept."""
_MOST = 2000


@dataclass(frozen=True)
class LastingGit(Git):
    """git in one directory, which keeps the answers that cannot change. It may serve several threads."""

    _known: dict[tuple[tuple[str, ...], bytes], Answer] = field(
        default_factory=dict, compare=False, repr=False
    )

    def ask(
        self,
        *arguments: str,
        input: bytes | None = None,  # noqa: A002
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Run git, or return how it ended when the same was asked before: see `Git.ask`."""
        if environment or not _is_of_objects(arguments, input or b""):
            return super().ask(*arguments, input=input, environment=environment, timeout=timeout)
        key = arguments, input or b""
        answer = self._known.get(key)
        if answer is None:
            answer = super().ask(*arguments, input=input, timeout=timeout)
            if _lasts(answer):
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[key] = answer
        return answer

    def forget(self) -> None:
        """Forget all answers: in a shallow clone that became deeper the same ids lead further."""
        self._known.clear()


def _is_of_objects(arguments: tuple[str, ...], given: bytes) -> bool:
    """Tell whether a command, with all that it is given, names nothing but options and full ids."""
    command, *rest = arguments[1:] if arguments[0] == "--literal-pathspecs" else arguments
    if command == "cat-file":
        return rest == ["--batch"] and _are_ids(given.split())
    if command not in _OF_OBJECTS or len(given) > _LARGEST:
        return False
    if any(_OTHERWISE.match(each) for each in rest):
        return False
    if command == "patch-id":
        return True
    named = [each.encode("utf-8", "surrogateescape") for each in rest if not each.startswith("-")]
    # Only paths come after the dashes.
    return _are_ids(named + given.partition(b"\n--\n")[0].split())


def _are_ids(words: list[bytes]) -> bool:
    return bool(words) and all(map(_IDS.fullmatch, words))


def _lasts(answer: Answer) -> bool:
    """Tell whether an answer says something; 1 is a plain no, and what is missing may come."""
    return answer.status in (0, 1) and len(answer.output) <= _LARGEST and b" missing\n" not in answer.output
