"""`python -m discord_sandbox` is `discord-sandbox`."""

from discord_sandbox.cli import main

main()
