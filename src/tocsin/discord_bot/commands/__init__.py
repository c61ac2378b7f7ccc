"""The slash commands: each parses, asks the store once or twice, and renders."""

from typing import Any

from discord import app_commands

from tocsin.discord_bot.commands import admin, events, help, setup, subscription  # noqa: A004


def add_commands(tree: app_commands.CommandTree[Any]) -> None:
    """Add every command to the tree."""
    commands: tuple[app_commands.Command[Any, ..., None] | app_commands.Group, ...] = (
        subscription.subscribe,
        subscription.modify_subscription,
        subscription.unsubscribe,
        events.events,
        setup.setup,
        admin.admin,
        help.help_command,
    )
    for command in commands:
        tree.add_command(command)
