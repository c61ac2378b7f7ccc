"""The colours of roles: one, a gradient of two, or the holographic three."""

from __future__ import annotations

from discord_sandbox.model import Json, Role

HOLOGRAPHIC = (11127295, 16759788, 16761760)
"""The only three colours that Discord lets a role have."""


def paint(role: Role, body: Json) -> None:
    """Give the role the colours of a body that was checked.

    Newer clients give `colors`, which says all of them; `color` of older ones changes the first.
    """
    colors = body.get("colors")
    if colors is None:
        if body.get("color") is not None:
            role.color = body["color"]
            role.secondary_color = role.tertiary_color = None
        return
    if colors.get("tertiary_color") is not None:
        role.color, role.secondary_color, role.tertiary_color = HOLOGRAPHIC
        return
    first = colors.get("primary_color")
    role.color = role.color if first is None else first
    role.secondary_color, role.tertiary_color = colors.get("secondary_color"), None
