"""Forms and buttons."""

from tocsin.discord_bot.views.controls import Change, MyTime, Stop

DYNAMIC_ITEMS = (Change, Stop, MyTime)
"""The controls that outlive a restart."""
