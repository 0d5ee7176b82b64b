"""What a rehearsal is asked to do."""

from collections.abc import Collection, Iterator
from typing import Any, Literal

import msgspec

from relauto.errors import FaultsError, InputError


class Options(msgspec.Struct, frozen=True):
    """One rehearsal. `repository` is the absolute path of a clone, None for the sample product.

    `absent` are members of the cast who stay away, to see where relauto stops without them.
    """

    repository: str | None = None
    fix: str | None = None
    line: str | None = None
    main: str | None = None
    at: str | None = None
    base: Literal["tip", "tag"] = "tip"
    version: str | None = None
    build: Literal["default", "none"] = "default"
    scenario: str = "happy"
    absent: tuple[str, ...] = ()


PARTS = ("reviewer", "ci", "qa", "release-manager", "customer")
"""The members of the cast."""


def make_options(scenarios: Collection[str], **told: Any) -> Options:
    """Return the options, checked as a whole; `scenarios` are those that there are.

    Raises:
        InputError: they are not usable together; every fault is named.
    """
    try:
        options = msgspec.convert(told, Options)
    except msgspec.ValidationError as error:
        raise InputError(
            f"the rehearsal's options are not usable: {error}", todo="see relauto --help rehearse"
        ) from error
    faults = list(_find_faults(options, scenarios))
    if faults:
        raise FaultsError("the rehearsal's call", faults, todo="see relauto --help rehearse")
    return options


def _find_faults(options: Options, scenarios: Collection[str]) -> Iterator[str]:
    if options.scenario not in scenarios:
        yield f"there is no scenario {options.scenario!r}; there are: {', '.join(scenarios)}"
    if options.repository and options.scenario != "happy":
        yield "scenarios are played on the sample product: leave out --repo or --scenario"
    if not options.repository and (options.fix or options.line or options.at or options.main):
        yield "--fix, --line, --at and --main choose in a clone: name it with --repo"
    if options.repository and not (options.fix and options.line):
        yield "--repo needs --fix and --line"
    for part in options.absent:
        if part not in PARTS:
            yield f"nobody in the cast is called {part!r}; there are: {', '.join(PARTS)}"
