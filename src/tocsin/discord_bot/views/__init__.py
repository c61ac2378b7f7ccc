"""Forms and buttons."""

from tocsin.discord_bot.views.controls import Change, MyTime, Stop
from tocsin.discord_bot.views.snooze import Pause, Snooze

DYNAMIC_ITEMS = (Snooze, Pause, Change, Stop, MyTime)
"""The controls that outlive a restart."""
