"""What one member of the cast is sent to do: where the world is, and what is known beforehand."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from relauto.rehearsal.cast.api import Api, Json

DECISION = "investigate.qa-decision"


class ErrandError(Exception):
    """The errand cannot be run; says why in one sentence."""


@dataclass(frozen=True)
class Errand:
    """One call of one member of the cast.

    Repositories are `owner/name`; `git` is the base of their git addresses; `work` is a folder for
    scratch. `product` is the bare repository behind `source` where it lies on this machine; its
    objects are then borrowed instead of fetched. `bases` are branches besides main and the line onto
    which pull requests are reviewed; `candidate_prefix` begins the candidates' tags where the base's
    tag does not tell (by default all of it up to its last number). `ticks` holds the evidence for
    steps that a person ticks. `incident` is the only one whose desk is answered, where several are in the
    same repositories. `deed` is what a scenario asks for beyond the part's own work, and `told`
    what it says to that.
    """

    api: Api
    token: str
    git: str
    source: str
    ops: str
    qa: str
    release: str
    line: str
    main: str
    base_tag: str
    accepted_head: str
    work: Path
    check_name: str
    check_command: str | None
    product: Path | None = None
    bases: tuple[str, ...] = ()
    candidate_prefix: str = ""
    bot: str = "relauto-bot"
    tester: str = "quinn-qa"
    ticks: dict[str, str] = field(default_factory=dict)
    incident: str = ""
    deed: str = ""
    told: Json = field(default_factory=dict)

    @cached_property
    def login(self) -> str:
        """The login behind the token, asked for once; an App's token has none."""
        return self.api.login()


def read_errand(told: Json, token: str) -> Errand:
    """Return the errand told in JSON.

    Raises:
        ErrandError: something is missing.
    """
    if not token:
        raise ErrandError("the environment variable CAST_TOKEN is empty")
    api = Api(_text(told, "api"), token)
    check = told.get("check") or {}
    product = told.get("product_path")
    ticks = {
        "investigate.qa-decision": told.get("qa_decision") or "yes: a candidate for a customer is verified"
    }
    return Errand(
        api=api,
        token=token,
        git=_text(told, "git").rstrip("/"),
        source=_text(told, "source"),
        ops=_text(told, "ops"),
        qa=_text(told, "qa"),
        release=told.get("release") or _text(told, "source"),
        line=_text(told, "line"),
        main=_text(told, "main"),
        base_tag=_text(told, "base_tag"),
        accepted_head=_text(told, "accepted_head"),
        work=Path(_text(told, "work")),
        check_name=_text(check, "name"),
        check_command=check.get("command"),
        product=Path(product) if product else None,
        bases=tuple(told.get("bases") or ()),
        candidate_prefix=told.get("candidate_prefix") or "",
        bot=told.get("bot") or "relauto-bot",
        tester=told.get("tester") or "quinn-qa",
        ticks={**ticks, **(told.get("ticks") or {})},
        incident=told.get("incident") or "",
        deed=told.get("deed") or "",
        told=told.get("told") or {},
    )


def _text(told: Json, key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value:
        raise ErrandError(f"the errand lacks {key!r}")
    return value
