"""Faults that a test has ordered, and the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import TracebackType

from discord_sandbox.testing.control import Control, Json, SandboxError
from discord_sandbox.testing.stream import WaitedInVain


class Fault:
    """One order. As a context manager it is taken back at the end."""

    def __init__(self, control: Control, fault_id: str, kind: str) -> None:
        self.id = fault_id
        self.kind = kind
        self._control = control

    async def wait_struck(self, times: int = 1) -> None:
        """Wait until it has struck so often. Raises WaitedInVain after 25 s."""
        state = await self._control.get(f"/faults/{self.id}/struck", times=times)
        if state["struck"] < times:
            raise WaitedInVain(
                f"The fault {self.kind} struck {state['struck']} of {times} times in 25 s."
            )

    async def struck(self) -> int:
        """How often it has struck."""
        state = await self._control.get(f"/faults/{self.id}")
        return int(state["struck"])

    async def release(self) -> None:
        """Let go of the requests that a `hold` holds, and hold no more."""
        await self._control.post(f"/faults/{self.id}/release")

    async def remove(self) -> None:
        """Take it back; requests that it holds go on."""
        try:
            await self._control.delete(f"/faults/{self.id}")
        except SandboxError as error:
            if error.status != 404:
                raise

    async def __aenter__(self) -> Fault:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.remove()


class Clock:
    """The sandbox's clock."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def now(self) -> datetime:
        """What time it is in the sandbox, aware, in UTC."""
        return _instant(await self._control.get("/clock"))

    async def step(self, by: float | timedelta) -> datetime:
        """Move the clock on (or back) by seconds or a timedelta; answers the new time."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return await self._post({"step_ms": round(seconds * 1000)})

    async def set(self, instant: datetime) -> datetime:
        """Make it this time; it runs on from there. Raises ValueError for a naive datetime."""
        if instant.tzinfo is None:
            raise ValueError("The clock needs an aware datetime: give it a tzinfo.")
        return await self._post({"set_ms": round(instant.timestamp() * 1000)})

    async def reset(self) -> datetime:
        """Back to the machine's own time."""
        return await self._post({"offset_ms": 0})

    async def _post(self, body: Json) -> datetime:
        return _instant(await self._control.post("/clock", body))


def _instant(state: Json) -> datetime:
    return datetime.fromtimestamp(state["now_ms"] / 1000, UTC)
