"""The gateway: the WebSocket over which a bot is told what happens."""
