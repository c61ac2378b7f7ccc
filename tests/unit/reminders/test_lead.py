from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.reminders.lead import (
    DEFAULT_LEADS,
    LONGEST,
    OFFERED_LEADS,
    STEP,
    LeadUnreadable,
    format_lead,
    parse_lead,
    phrase_lead,
    snap,
    sorted_leads,
)

LEADS = st.integers(0, LONGEST // STEP).map(lambda steps: steps * STEP)


@given(LEADS)
def test_a_lead_is_read_back_from_its_own_spelling(lead: int) -> None:
    """Whatever is written for a lead is read as the same lead."""
    assert parse_lead(format_lead(lead)) == lead


@given(st.integers(0, LONGEST))
def test_leads_snap_to_five_minutes(seconds: int) -> None:
    """A lead is moved by half a step at most, and none but `now` becomes `now`."""
    snapped = snap(seconds)
    assert snapped % STEP == 0
    assert (snapped == 0) == (seconds == 0)
    assert abs(snapped - seconds) <= (STEP / 2 if seconds >= STEP / 2 else STEP)
    assert snap(snapped) == snapped


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24h", 86_400),
        ("1d", 86_400),
        ("2d", 172_800),
        ("1d12h", 129_600),
        ("1 d 12 hrs", 129_600),
        ("90m", 5_400),
        (" 90 MIN ", 5_400),
        ("1h30m", 5_400),
        ("7m", 300),
        ("8m", 600),
        ("30s", 300),
        ("30d", LONGEST),
        ("now", 0),
        ("0", 0),
        ("T-0", 0),
        ("start", 0),
        ("0h", 0),
    ],
)
def test_leads_are_written_in_many_ways(text: str, seconds: int) -> None:
    """Days, hours and minutes, together or alone, with or without spaces."""
    assert parse_lead(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "h",
        "12",
        "-1h",
        "1.5h",
        "1h30",
        "soon",
        "1w",
        "31d",
        "30d1h",
        "٣h",
        "9" * 5_000 + "h",
    ],
)
def test_what_is_no_lead_is_refused(text: str) -> None:
    """Anything else is refused, and the error says how a lead is written or what the longest is."""
    with pytest.raises(LeadUnreadable, match=r"24h, 90m|30 days"):
        parse_lead(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the reader: it gives a lead within bounds, or says that it is none."""
    try:
        lead = parse_lead(text)
    except LeadUnreadable:
        return
    assert 0 <= lead <= LONGEST
    assert lead % STEP == 0


@pytest.mark.parametrize(
    ("lead", "spelled", "said"),
    [
        (0, "now", "at the start"),
        (300, "5m", "5 minutes before"),
        (3_600, "1h", "1 hour before"),
        (5_400, "90m", "90 minutes before"),
        (86_400, "24h", "24 hours before"),
        (129_600, "36h", "36 hours before"),
        (172_800, "2d", "2 days before"),
        (90, "90s", "90 seconds before"),
        (1, "1s", "1 second before"),
    ],
)
def test_leads_are_spelled_as_people_say_them(lead: int, spelled: str, said: str) -> None:
    """The largest unit that fits, but a day as 24 hours."""
    assert (format_lead(lead), phrase_lead(lead)) == (spelled, said)


@given(st.lists(LEADS))
def test_leads_are_kept_longest_first(leads: list[int]) -> None:
    """Leads are in the order in which reminders arrive, each once."""
    ordered = sorted_leads(leads)
    assert set(ordered) == set(leads)
    assert all(earlier > later for earlier, later in pairwise(ordered))


def test_offered_leads_can_be_chosen_by_their_names() -> None:
    """What is offered, and what is the default, is in steps and in order."""
    for leads in (OFFERED_LEADS, DEFAULT_LEADS):
        assert sorted_leads(leads) == leads
        assert all(snap(lead) == lead for lead in leads)
