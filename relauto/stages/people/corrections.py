"""What is wrong with an answer that does not count, and the exact line to write instead."""

import difflib
from collections.abc import Iterator, Sequence

from relauto.comms.desk import (
    accept_command,
    accept_loss_command,
    acknowledge_command,
    approve_command,
)
from relauto.comms.neutral import is_clean
from relauto.model.commands import USAGE, Command, Malformed, Verb
from relauto.model.gate import GATES, NEVER
from relauto.model.incident import SETTLED, StepState
from relauto.model.names import Tag
from relauto.stages.bench import Bench
from relauto.stages.people import doors

_MOST = 5
"""So many lines are offered: more are read at the board."""

_SHORTEST = 7
"""How many digits of an id name what is meant."""


def explain(malformed: Malformed) -> str:
    """Return what is wrong with a line that was meant as a command."""
    name, usage = malformed.line.split()[0], USAGE[malformed.verb]
    if malformed.shielded:
        return "it stands in a quote, in code or in a list, and only a line by itself counts"
    if malformed.unfilled:
        return f"{malformed.unfilled} stands where your own words belong"
    if name != f"/{malformed.verb}":
        return f"there is no command {name}; the nearest is {usage}"
    if malformed.verb == "approve" and len(malformed.words) == 2 and _is_short(malformed.words[1]):
        return f"{malformed.words[1]} is too short: {_SHORTEST} digits of the SHA are needed, at the least"
    return f"the form is {usage}, on a line by itself"


def explain_verdict(line: Command | Malformed, tag: Tag) -> tuple[Malformed, str]:
    """Return a line that was meant as a verdict on a candidate, and what is wrong with it."""
    if isinstance(line, Malformed):
        return line, explain(line)
    written = f"/qa {line.step} {line.subject} {line.text}".strip()
    wrong = Malformed(written, "qa", tuple(written.split()[1:]))
    return wrong, f"this issue is about {tag}, and not about {line.subject}"


def correct_verdict(line: Malformed, tag: Tag) -> str:
    """Return what may have been meant as a verdict on a candidate, one command a line."""
    said = " ".join(line.words[2:])
    different = said if said and is_clean(said) else "WHAT WAS DIFFERENT"
    lines = {"pass": f"/qa pass {tag}", "fail": f"/qa fail {tag} {different}"}
    near = difflib.get_close_matches(line.words[0].lower() if line.words else "", lines, 1)
    return "\n".join(lines[verdict] for verdict in near or lines)


def _is_short(word: str) -> bool:
    return len(word) < _SHORTEST and not set(word) - set("0123456789abcdef")


def correct(bench: Bench, verb: Verb, words: Sequence[str]) -> str:
    """Return what may have been meant, one command a line; `words` is what was written behind `verb`."""
    return "\n".join(_choose(verb, words, list(_list_lines(bench, verb, words))))


def _choose(verb: Verb, words: Sequence[str], lines: list[str]) -> list[str]:
    """Return the lines that name what the words name; with none all, and the bare form where nothing is."""
    named = [line for line in lines if words and words[0] in line.split()]
    return (named or lines)[:_MOST] or [USAGE[verb]]


def _list_lines(bench: Bench, verb: Verb, words: Sequence[str]) -> Iterator[str]:
    if verb == "approve":
        yield from _list_doors(bench)
    elif verb == "accept":
        yield from _list_accepted(bench)
    elif verb == "acknowledge":
        digests = (
            str(intent.facts["digest"])
            for intent in bench.incident.intents.values()
            if "digest" in intent.facts
        )
        yield from map(acknowledge_command, dict.fromkeys(digests))
    elif verb == "qa":
        yield from (f"/qa pass {tag}" for tag in bench.incident.qa_requests)
    elif verb == "withdraw":
        yield from (f"/withdraw {fix} REASON" for fix in bench.incident.fixes)
    elif verb == "waive":
        yield _name_gate(words)
    else:
        yield _name_step(bench, verb, words)


def _list_doors(bench: Bench) -> Iterator[str]:
    for place, door in bench.incident.doors.items():
        record = bench.incident.record(place)
        current = place == bench.incident.place(place.step, place.target)
        if current and not (record and record.state in SETTLED) and not doors.stand(bench, place).is_open:
            yield approve_command(place.step, door.subject)


def _list_accepted(bench: Bench) -> Iterator[str]:
    for place, record in bench.incident.steps.items():
        if record.state is StepState.LOST:
            yield accept_loss_command(place.step, record.shown[:12])
        yield from map(accept_command, record.facts.get("strangers", ()))
        yield from (accept_command(str(file["sha256"])) for file in record.facts.get("files", ()))


def _name_gate(words: Sequence[str]) -> str:
    known = [f"{step}:{name}" for step, names in GATES.items() for name in names if (step, name) not in NEVER]
    near = difflib.get_close_matches(words[0] if words else "", known, 1)
    return USAGE["waive"].replace("GATE", near[0] if near else "GATE").replace("UNTIL", "4h")


def _name_step(bench: Bench, verb: Verb, words: Sequence[str]) -> str:
    """Return the form with the step that the first word comes nearest, and the other words as they are."""
    near = difflib.get_close_matches(
        words[0] if words else "", [step.key for step in bench.playbook.steps], 1
    )
    line = USAGE[verb].replace("STEP", near[0] if near else "STEP")
    said = " ".join(words[1:])
    return f"{line.rpartition(' ')[0]} {said}" if near and is_clean(said) and said else line
