"""Checks of request bodies, with Discord's limits and Discord's words."""
