"""State files keep what belongs to a server: dates, colours, the audit log, its entrance."""

from __future__ import annotations

from pathlib import Path

from discord_sandbox.audit.kinds import Found
from discord_sandbox.audit.record import entries, write
from discord_sandbox.clock import SandboxClock
from discord_sandbox.guilds import create_guild, create_role
from discord_sandbox.model import EventException, ScheduledEvent, WelcomeChannel
from discord_sandbox.state import load, save
from discord_sandbox.world import World


def test_what_belongs_to_a_server_is_kept(tmp_path: Path) -> None:
    """What is read is what was written, value by value."""
    world = World(SandboxClock())
    ann = world.create_user("ann")
    ann.seen_ms = 5
    guild = create_guild(world, "Home", ann)
    member = guild.members[ann.id]
    member.mute, member.temporary = True, True
    colors = {"colors": {"primary_color": 1, "secondary_color": 2}}
    create_role(world, guild, "Dawn", colors=colors)
    event = ScheduledEvent(world.ids.next(), guild.id, ann.id, {"status": 1})
    event.exceptions[7] = EventException(7, start_ms=1000, canceled=True)
    event.declined[7] = {ann.id: None}
    guild.scheduled_events[event.id] = event
    guild.welcome.channels.append(WelcomeChannel(next(iter(guild.channels)), "Talk", "👋"))
    guild.welcome.enabled = True
    guild.widget.invite_code = "abc"
    write(world, guild, ann.id, Found(20, 9, [{"key": "nick", "new_value": "x"}], None), "why")
    save(world, tmp_path / "state")
    again = World(SandboxClock())
    load(again, tmp_path / "state")
    kept = again.guilds[guild.id]
    assert kept.members == guild.members
    assert kept.roles == guild.roles
    assert kept.scheduled_events == guild.scheduled_events
    assert (kept.welcome, kept.widget) == (guild.welcome, guild.widget)
    assert entries(again, kept) == guild.audit_log
    assert again.users[ann.id].seen_ms == 5
