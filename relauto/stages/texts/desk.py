"""What relauto writes at the desk."""

from relauto.comms import desk as desk_texts
from relauto.comms.desk import Shown
from relauto.model.facts import Facts
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.step import Question
from relauto.stages.texts.story import tell_story


def write_desk(bench: Bench) -> tuple[str, str]:
    """Return title and body of the desk issue."""
    return (
        f"{bench.incident.id}: desk",
        desk_texts.render_desk(tell_story(bench), bench.renderer),
    )


def write_last_word(bench: Bench) -> str:
    """Return the desk's comment that ends the incident."""
    return desk_texts.render_closed(tell_story(bench), bench.renderer)


def write_question(bench: Bench, place: Place, asked: Question) -> str:
    """Return the desk's comment that asks a question."""
    return desk_texts.render_door(
        asked.door,
        place,
        asked.shown,
        asked.commands,
        bench.incident,
        bench.renderer,
        text=asked.text,
        note=asked.note,
    )


def write_standing(bench: Bench, place: Place, asked: Question) -> str:
    """Return the desk's comment that tells who has said yes."""
    return desk_texts.render_standing(place, asked.subject, asked.note, bench.incident, bench.renderer)


def show_facts(bench: Bench, facts: Facts) -> tuple[Shown, ...]:
    """Return the facts at a door as people see them: nested values a row each."""
    rows: list[Shown] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            rows.extend(Shown(f"{name}: {key}", str(each)) for key, each in value.items())
        else:
            rows.append(Shown(name, str(value), url=_link_pull(bench, value) if name == "pull" else ""))
    return tuple(rows)


def _link_pull(bench: Bench, number: object) -> str:
    return f"{bench.settings.github.git.rstrip('/')}/{bench.source.repository}/pull/{number}"
