"""The one place where the sandbox's parts are put together."""

from __future__ import annotations

from discord_sandbox.clock import SandboxClock
from discord_sandbox.faults import Faults
from discord_sandbox.gateway.hub import Hub
from discord_sandbox.interaction_endpoint import InteractionEndpoints
from discord_sandbox.interactions import Interactions
from discord_sandbox.ratelimit import RateLimits
from discord_sandbox.record import Requests
from discord_sandbox.transcript import Transcript
from discord_sandbox.world import World


class Backend:
    """The world, and everything that acts on it or keeps account of it."""

    def __init__(
        self, *, transcript: Transcript | None = None, endpoints_anywhere: bool = False
    ) -> None:
        """With `endpoints_anywhere` interactions may be posted to other machines, too."""
        self.clock = SandboxClock()
        self.world = World(self.clock)
        self.interactions = Interactions(self.world)
        self.limits = RateLimits()
        self.faults = Faults()
        self.requests = Requests()
        self.hub = Hub(self.world, self.limits, self.faults)
        self.endpoints = InteractionEndpoints(
            self.world,
            self.interactions,
            self.limits,
            self.requests,
            transcript,
            anywhere=endpoints_anywhere,
        )
        self.interactions.post = self.endpoints.post
        self.transcript = transcript

    def reset(self) -> None:
        """Begin anew with an empty world; bots are cut off, people who watch go on watching."""
        self.faults.remove()
        self.hub.reset()
        self.endpoints.reset()
        self.interactions.reset()
        self.limits.restore()
        self.requests.clear()
        self.world.clear()
        self.clock.set_offset_ms(0)

    def set_address(self, base_url: str) -> None:
        """Tell the parts under which address (http://HOST:PORT) clients reach them."""
        self.world.base_url = base_url
        self.hub.gateway_url = base_url.replace("http", "ws", 1) + "/gateway"
