"""Wave after wave of reminders until the bot has been killed often enough."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.faults.judge import Verdict
from tests.faults.plan import OPEN, SEND, Logged, Plan, Strike
from tests.faults.run import Run
from tests.faults.world import Call, World

from discord_sandbox.testing import Fault

LEADS = {"ruins": timedelta(hours=24), "altars": timedelta(hours=1), "major": timedelta()}
"""The categories of the three occurrences that fall due together, and the lead at which each is asked for."""
WINDOW = LEADS["ruins"]
POSTED = ("ruins", "major")
"""What is posted in the channel: what is due at its window, and what starts so soon that the window is made up for."""
LENGTH = timedelta(hours=2)
KILLS_IN_A_WAVE = 20
USEFUL = timedelta(minutes=11)
"""Time is not stepped farther from a wave's due instant than this: a reminder at the start is missed at 15 minutes."""
CLOSED_IN_A_WAVE = 3
_SLOW = {"seconds": 22, "count": 1, **SEND}


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign came to."""

    kills: int
    hits: int
    verdict: Verdict

    @property
    def passed(self) -> bool:
        """Nothing lost, nothing repeated, and at least half of the kills interrupted something."""
        kept = not self.verdict.losses and not self.verdict.duplicates
        return kept and self.hits * 2 >= self.kills

    def __str__(self) -> str:
        return (
            f"kills={self.kills} deliveries={self.verdict.deliveries} lost={self.verdict.losses}"
            f" duplicates={self.verdict.duplicates}"
        )


def choices(world: World) -> dict[int, tuple[str, timedelta]]:
    """What each member asks for: a third of them each of the categories.

    Strangers ask for what can wait while Discord lets no channels be opened.
    """
    asked = list(LEADS.items())
    return {
        member_id: asked[n % 3] if person.channel_id is not None else asked[0]
        for n, (member_id, person) in enumerate(world.people.items())
    }


class Campaign:
    """Waves on one world. The members stay; some close their DMs, some unsubscribe."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self._run = run
        self._plan = plan
        self._world = run.world
        self._asked = choices(run.world)
        self._closed: set[int] = set()
        self._wave = 0

    async def fill(self) -> None:
        """Make the bot's database."""
        self._world.fill(self._asked, [WINDOW], await self._run.now())

    async def fight(self, kills: int) -> Result:
        """Waves until there were so many kills; then the judge speaks."""
        while self._run.tally.kills < kills:
            self._wave += 1
            await self._one_wave(min(KILLS_IN_A_WAVE, kills - self._run.tally.kills))
        verdict = await self._run.verdict()
        return Result(self._run.tally.kills, self._run.tally.hits, verdict)

    async def _one_wave(self, kills: int) -> None:
        await self._close_some()
        due = await self.call_all()
        reach = max(2, len(self._asked) // (kills + 1))
        whole = [*await self._too_fast(), await self._gone()]
        for number in range(kills):
            last = number == KILLS_IN_A_WAVE - 1 and self._wave % 4 == 1
            strike = self._patient() if last else self._plan.strike(reach)
            now = await self._run.now()
            if now > due + USEFUL:
                break
            if now + strike.step > due + USEFUL:
                strike = replace(strike, step=timedelta())
            if not await self._run.strike(strike, self._plan):
                break
        await self._run.settle()
        for fault in whole:
            await fault.remove()

    async def call_all(self) -> datetime:
        """Three occurrences that fall due together, in a moment. Returns when."""
        now = await self._run.now()
        due = now + timedelta(seconds=3)
        calls = []
        for category, lead in LEADS.items():
            title = f"{category} {self._wave}"
            event_id = self._world.add(title, category, due + lead, LENGTH, now)
            calls.append(Call(event_id, title, due + lead, lead, self._asking(category)))
        self._run.owe(calls, posts=frozenset(f"{posted} {self._wave}" for posted in POSTED))
        return due

    def _asking(self, category: str) -> frozenset[int]:
        gone = self._closed | self._run.gone
        return frozenset(
            member
            for member, (asked, _) in self._asked.items()
            if asked == category and member not in gone
        )

    async def _close_some(self) -> None:
        """Discord answers 50007 for these members from now on, and nothing is owed to them."""
        open_ = [member for member in self._asked if member not in self._closed | self._run.gone]
        for member_id in self._plan.sample(open_, min(CLOSED_IN_A_WAVE, len(open_) // 10)):
            await self._world.sandbox.control.post(
                f"/members/{member_id}/settings", {"accept_dms": False}
            )
            self._closed.add(member_id)

    async def _too_fast(self) -> list[Fault]:
        """Discord finds that DMs are opened too fast, once as the answer to an opening and once to a message.

        The bot opens none for minutes then, which only those can wait for who are told long before.
        """
        too_fast = {"status": 403, "code": 40003, "count": 1}
        order = self._world.sandbox.fault
        return [
            await order("status", **too_fast, **OPEN),
            await order("status", **too_fast, user_id=self._patient_member(), **SEND),
        ]

    async def _gone(self) -> Fault:
        """Discord does not know one member's DM channel any more: it has to be opened anew."""
        return await self._world.sandbox.fault(
            "status", status=404, code=10003, count=1, user_id=self._patient_member(), **SEND
        )

    def _patient_member(self) -> str:
        return str(*self._plan.sample(sorted(self._asking("ruins")), 1))

    @staticmethod
    def _patient() -> Strike:
        """Answers slower than the client's patience, once before the message exists and once after."""
        slow = ({"kind": "slow", **_SLOW}, {"kind": "slow_after_commit", **_SLOW})
        return Strike(Logged("unknown", 2), slow, patient=True)
