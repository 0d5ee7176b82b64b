from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relauto.errors import InputError
from relauto.tasks.output import show
from relauto.tasks.values import parse_duration, parse_moment

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAST = st.datetimes(datetime(1990, 1, 1), datetime(2026, 2, 27))  # noqa: DTZ001 - a zone is given below
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(PAST, ZONES)
def test_a_moment_is_the_same_in_every_zone(moment: datetime, zone: timezone) -> None:
    told = moment.replace(tzinfo=UTC)
    read = parse_moment(told.astimezone(zone).isoformat(), NOW)
    assert (read, read.tzinfo) == (told, UTC)


@given(PAST)
def test_a_moment_without_a_zone_is_utc(moment: datetime) -> None:
    assert parse_moment(moment.isoformat(), NOW) == moment.replace(tzinfo=UTC)


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=9999)))
def test_a_moment_that_has_not_come_is_refused(ahead: timedelta) -> None:
    with pytest.raises(InputError, match="has not come yet"):
        parse_moment((NOW + ahead).isoformat(), NOW)


def test_now_is_a_moment_that_has_come() -> None:
    assert parse_moment("2026-03-01T12:00Z", NOW) == NOW


def test_a_moment_before_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="is not a moment"):
        parse_moment("0001-01-01T00:00+14:00", NOW)


@given(st.text())
def test_any_text_is_a_moment_in_utc_or_refused(text: str) -> None:
    try:
        read = parse_moment(text, NOW)
    except InputError:
        return
    assert read <= NOW
    assert read.tzinfo is UTC


@given(st.integers(0, 10**6), st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]))
def test_a_duration_is_its_number_of_units(number: int, unit: tuple[str, int]) -> None:
    assert parse_duration(f"{number}{unit[0]}") == number * unit[1]


@given(st.text())
def test_what_has_no_number_and_unit_is_no_duration(text: str) -> None:
    assume(not (text.strip()[:1].isdigit() and text.strip()[-1:] in "smhd"))
    with pytest.raises(InputError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["10", "-5m", "1h30m", "1,5h", "h", "5 m", "1e3s", "infs", "5M"])
def test_durations_that_could_be_misread_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_duration(text)


def test_what_is_shown_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show("red \x1b[31m, reversed \u202egnp.exe, kept: é\tü\n")
    assert capsys.readouterr().out == "red �[31m, reversed �gnp.exe, kept: é\tü\n"
