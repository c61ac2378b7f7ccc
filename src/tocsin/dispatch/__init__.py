"""Handing deliveries to Discord, one request each, and learning what came of it."""
