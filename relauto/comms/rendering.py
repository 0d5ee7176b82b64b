"""Templates to text: the adopter's own first, then those that ship with relauto.

Whatever a template prints is taken as somebody's words and made harmless, unless a filter says how
it is meant to be shown: `code`, `link(url)`, `quote`, `plain`. Templates run in Jinja2's immutable
sandbox, and a name that does not exist is an error.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from relauto.comms import neutral, wording
from relauto.errors import InputError
from relauto.resources import find_resource

_FAULTS = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    OSError,
)


class Markdown(str):
    """Text that is already what it shall be; it is printed as it is."""

    __slots__ = ()


class Renderer:
    """Renders templates by name, such as `pull_request/pick.md`.

    `directory` holds an adopter's own templates; a name that is not there comes from relauto's.
    """

    def __init__(self, directory: Path | None = None) -> None:
        folders = (*([directory] if directory else []), find_resource("templates"))
        self._markdown = _make_environment(folders, autoescape=False)
        self._html = _make_environment(folders, autoescape=True)

    def check(self, name: str) -> None:
        """Parse template `name` without rendering it.

        Raises:
            InputError: it does not exist, or does not parse; names its line.
        """
        self._load(name)

    def render(self, name: str, /, **values: Any) -> str:
        """Return the text of template `name`, ending with one line feed.

        Raises:
            InputError: the template does not exist, does not parse, or fails; names its line.
        """
        template = self._load(name)
        try:
            text = template.render(values)
        except _FAULTS as error:
            raise _blame(error, name) from error
        return text.strip("\n") + "\n"

    def _load(self, name: str) -> Template:
        environment = self._html if name.endswith(".html") else self._markdown
        try:
            return environment.get_template(name)
        except _FAULTS as error:
            raise _blame(error, name) from error


def shipped() -> Renderer:
    """Return the renderer of the templates that ship with relauto."""
    return Renderer()


@lru_cache(maxsize=8)
def _make_environment(folders: tuple[Path, ...], *, autoescape: bool) -> Environment:
    # Compiling a template takes ten times as long as rendering it; a renderer is made for every look.
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=autoescape,
        finalize=_show_html if autoescape else _show_markdown,
    )
    environment.filters.update(
        {"duration": wording.format_duration, "moment": wording.format_moment, "short": wording.shorten}
    )
    if autoescape:
        environment.filters["web"] = neutral.web_address
    else:
        environment.filters.update({name: _mark(show) for name, show in _MARKDOWN_FILTERS.items()})
    return environment


_MARKDOWN_FILTERS: dict[str, Callable[..., str]] = {
    "code": neutral.code,
    "link": neutral.link,
    "quote": neutral.quote,
    "plain": neutral.defuse,
    "fence": neutral.fence,
    "block": neutral.block,
    "listing": neutral.listing,
}


def _mark(show: Callable[..., str]) -> Callable[..., Markdown]:
    def filter_value(value: object, *arguments: Any) -> Markdown:
        return Markdown(show(_to_text(value), *arguments))

    return filter_value


def _show_markdown(value: object) -> object:
    if isinstance(value, Markdown | StrictUndefined):
        return value
    return Markdown(neutral.inline(_to_text(value)))


def _show_html(value: object) -> object:
    # Escaping is Jinja's; only what is not seen must go, and markup of ours (`Markup`) stays as it is.
    if hasattr(value, "__html__") or isinstance(value, StrictUndefined):
        return value
    return neutral.plain(_to_text(value))


def _to_text(value: object) -> str:
    if getattr(value, "erased", False):
        return "(erased)"
    return "" if value is None else str(value)


def _blame(error: BaseException, name: str) -> InputError:
    if isinstance(error, TemplateNotFound):
        return InputError(
            f"there is no template {error.name}", todo="see the folder `templates` for their names"
        )
    return InputError(
        f"template {_locate(error, name)}: {error}", todo="correct the template, or remove it to use ours"
    )


def _locate(error: BaseException, name: str) -> str:
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name or name}, line {error.lineno}"
    line, trace = 0, error.__traceback__
    while trace:
        # Jinja2 gives the frames of a template the template's own lines.
        if "__jinja_template__" in trace.tb_frame.f_globals or trace.tb_frame.f_code.co_filename.endswith(
            name
        ):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{name}, line {line}" if line else name
