"""Themes of the client that a message shares."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

THEME = {"colors": ["5865F2", "E558F2"], "gradient_angle": 90, "base_mix": 58}


async def test_a_message_shares_a_theme(town: Town, rest: Rest) -> None:
    """It is enough of a message, is given back, and stays when the text is changed."""
    path = f"/channels/{town.general.id}/messages"
    sent = (await rest.post(path, {"shared_client_theme": THEME})).body
    assert sent["shared_client_theme"] == {**THEME, "base_theme": 0}
    dark = {**THEME, "base_theme": 4}
    other = (await rest.post(path, {"content": "c", "shared_client_theme": dark})).body
    edited = (await rest.patch(f"{path}/{other['id']}", {"content": "d"})).body
    assert edited["shared_client_theme"] == dark
    refused = await rest.patch(f"{path}/{other['id']}", {"shared_client_theme": THEME})
    assert refused.status == 501
    (seen, _) = await town.ben.messages(town.general)
    assert seen.data["shared_client_theme"] == dark


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"colors": []}, "colors"),
        ({"colors": ["5865F2"] * 6}, "colors"),
        ({"colors": ["#5865F2"]}, "colors"),
        ({"colors": ["GGGGGG"]}, "colors"),
        ({"colors": None}, "colors"),
        ({"gradient_angle": 361}, "gradient_angle"),
        ({"base_mix": -1}, "base_mix"),
        ({"base_theme": 5}, "base_theme"),
    ],
)
async def test_what_is_no_theme_is_refused(
    town: Town, rest: Rest, changed: dict[str, Any], named: str
) -> None:
    """The error names what is wrong with it."""
    path = f"/channels/{town.general.id}/messages"
    answer = await rest.post(path, {"shared_client_theme": {**THEME, **changed}})
    assert answer.code == 50035
    assert list(answer.body["errors"]["shared_client_theme"]) == [named]
