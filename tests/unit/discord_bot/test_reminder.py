"""What a delivery looks like in Discord."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.discord_bot.cards import START, card, message

from tocsin.discord_bot.custom_ids import carries
from tocsin.discord_bot.render.colour import colour_of
from tocsin.discord_bot.render.reminder import Rendered, render
from tocsin.reminders.delivery import Kind, RecipientKind

NOW = START - timedelta(hours=1)
SECONDS = int(START.timestamp())


def ids(rendered: Rendered) -> list[str]:
    return [control.custom_id for control in rendered.controls if control.custom_id]


def labels(rendered: Rendered) -> list[str | None]:
    return [control.label for control in rendered.controls]


def whole(rendered: Rendered) -> str:
    return f"{rendered.content}\n{rendered.embed.to_dict()}"


def test_a_reminder_says_who_what_when_where_and_from_where() -> None:
    """Everything a member needs, with times that show in their own zone."""
    rendered = render(message(card()), NOW)
    text = whole(rendered)
    for part in ("Ruins of Ceroli", "Zone 4", "Kingdom 98", "1 hour before"):
        assert part in text
    assert f"<t:{SECONDS}:F>" in text
    assert f"<t:{SECONDS}:R>" in text
    assert labels(rendered) == ["Snooze", "Change", "Stop", "Open page"]


def test_every_message_carries_the_token_of_its_delivery() -> None:
    """By which a look into the channel's history finds it again, whatever its kind."""
    for kind in Kind:
        for recipient in RecipientKind:
            for plain in (False, True):
                told = message(card(), kind=kind, recipient_kind=recipient, plain=plain)
                identifiers = ids(render(told, NOW))
                assert identifiers
                assert all(carries(each, told.token) for each in identifiers)
                assert all(len(each) <= 100 for each in identifiers)


def test_the_same_delivery_reads_the_same() -> None:
    """A repeat after a crash says the same; another delivery may take another line."""
    told = message(card())
    assert render(told, NOW).content == render(told, NOW).content
    others = {render(message(card(), token=f"t{n}"), NOW).content for n in range(20)}
    assert len(others) == 2


def test_a_plain_rendering_holds_no_text_of_the_servers() -> None:
    """Discord refused something in it, and nobody knows what."""
    told = message(card(), plain=True)
    text = whole(render(told, NOW))
    mine = (told.card.title, told.card.location, told.card.description, told.card.server_name)
    assert not any(part in text for part in mine)
    assert f"<t:{SECONDS}:F>" in text


def test_a_kept_reminder_stays_true() -> None:
    """The time goes on counting in Discord, so the words around it are the same before and after the start."""
    before, after = (
        render(message(card(), lead=0), START + timedelta(minutes=late)).content for late in (-1, 2)
    )
    assert before == after
    assert f"Start: <t:{int(START.timestamp())}:R>" in after


def test_a_late_reminder_says_so() -> None:
    """One that makes up for a lead that had passed does not claim to have come in time."""
    for minutes, late in ((0, False), (1, False), (30, True)):
        now = START - timedelta(hours=1) + timedelta(minutes=minutes)
        footer = render(message(card(), lead=3_600), now).embed.footer.text or ""
        assert footer.endswith(", sent late") == late


def test_a_channel_post_shows_the_reader_their_own_time() -> None:
    """Its button knows the start by itself, so that it works after a restart and without the database."""
    rendered = render(message(card(), recipient_kind=RecipientKind.CHANNEL), NOW)
    assert labels(rendered)[0] == "My time"
    assert ids(rendered)[0].endswith(f":{SECONDS}")


def test_a_channel_post_takes_its_colour_from_the_time_left() -> None:
    """Each window has its own, and a little early or late changes nothing."""
    windows = [timedelta(hours=h) for h in (24, 12, 4, 1)]
    colours = [colour_of(left) for left in (*windows, timedelta(minutes=15), timedelta())]
    assert len(set(colours)) == 6
    for left, colour in zip(windows, colours, strict=False):
        assert colour_of(left + timedelta(seconds=30)) == colour
        assert colour_of(left - timedelta(seconds=30)) == colour


def test_a_test_says_that_it_is_one() -> None:
    """Nobody gets ready for nothing."""
    assert "This is a test" in render(message(card(), kind=Kind.TEST), NOW).content


@given(
    title=st.text(max_size=400),
    description=st.text(max_size=6000),
    location=st.text(max_size=2000),
    url=st.text(max_size=100),
    line=st.text(max_size=800),
    server=st.text(max_size=200),
    kind=st.sampled_from(Kind),
    recipient=st.sampled_from(RecipientKind),
)
def test_no_text_makes_a_message_that_discord_refuses(
    title: str,
    description: str,
    location: str,
    url: str,
    line: str,
    server: str,
    kind: Kind,
    recipient: RecipientKind,
) -> None:
    """Discord's limits hold for any calendar."""
    shown = card(
        title=title,
        description=description,
        location=location,
        url=url,
        lines=(line,),
        server_name=server,
    )
    rendered = render(message(shown, kind=kind, recipient_kind=recipient), NOW)
    embed = rendered.embed
    assert len(rendered.content) <= 2000
    assert len(embed) <= 6000
    assert len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed.footer.text or "") <= 2048
    assert "@everyone" not in rendered.content


async def test_a_view_is_given_back_to_the_garbage_collector() -> None:
    """discord.py keeps views that are not finished: a hundred thousand reminders must not stay in memory."""
    view = render(message(card()), NOW).view()
    assert view.is_finished()
    assert len(view.to_components()) == 1
