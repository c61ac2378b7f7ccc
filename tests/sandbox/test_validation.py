"""Bodies of any shape are accepted or refused: none of them breaks the sandbox."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from discord_sandbox.errors import ApiError
from discord_sandbox.faults import BadFault, parse_fault
from discord_sandbox.model import Application
from discord_sandbox.validate.commands import check_command
from discord_sandbox.validate.message import check_message
from discord_sandbox.validate.modals import check_modal
from discord_sandbox.validate.scheduled_events import check_scheduled_event
from discord_sandbox.wire import encode

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 25)
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "x", "attachment://a", "https://a", "2030-01-01", "/", "É" * 101])
    | st.text(max_size=8)
)
_WORDS = """
    content embeds components type custom_id options label value style title description fields name
    footer text image url thumbnail author timestamp color flags nonce attachments id parse users
    allowed_mentions roles message_reference message_id accessory component media items file
    min_values max_values choices required autocomplete scheduled_start_time scheduled_end_time
    entity_type entity_metadata location recurrence_rule frequency by_weekday interval status
    privacy_level placeholder emoji spacing accent_color
"""
_NAMES = st.sampled_from(_WORDS.split())
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_NAMES, inner, max_size=8)
        | st.fixed_dictionaries({"type": st.integers(1, 23)}, optional={"components": inner})
    ),
    max_leaves=25,
)
_OBJECTS = st.dictionaries(_NAMES, _JSON, max_size=8)


def _accepted_or_refused(check: Any, *arguments: Any) -> None:
    try:
        check(*arguments)
    except ApiError as refusal:
        encode(refusal.body())


@settings(max_examples=80, deadline=None)
@given(_OBJECTS | _JSON)
def test_messages(body: Any) -> None:
    """As the body of a message."""
    _accepted_or_refused(check_message, body)


@settings(max_examples=60, deadline=None)
@given(_JSON, _JSON, _JSON)
def test_components(row: Any, button: Any, v2: Any) -> None:
    """As components of either kind."""
    legacy = {"components": [{"type": 1, "components": [button, row]}]}
    _accepted_or_refused(check_message, legacy)
    _accepted_or_refused(check_message, {"flags": 1 << 15, "components": [row, v2, button]})


@settings(max_examples=60, deadline=None)
@given(_OBJECTS | _JSON)
def test_commands_and_modals(body: Any) -> None:
    """As a command, and as a modal."""
    _accepted_or_refused(check_command, Application(1, "Bell", "b.e.ll", 1, 2), body)
    _accepted_or_refused(check_modal, body)


@settings(max_examples=60, deadline=None)
@given(_OBJECTS, _OBJECTS)
def test_scheduled_events(body: Any, rule: Any) -> None:
    """As a scheduled event with a recurrence rule."""
    _accepted_or_refused(check_scheduled_event, {**body, "recurrence_rule": rule}, 0)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["kind", "path", "count", "user_id", "stage"]), _SCALARS))
def test_faults(body: Any) -> None:
    """As a fault."""
    with contextlib.suppress(BadFault):
        parse_fault(1, {"kind": "drop", **body})
