"""`tocsin invite`: the address at which a server's admin lets the bot in."""

import base64
import binascii
from urllib.parse import urlencode

import typer

from tocsin.cli import _output as output
from tocsin.cli._configuration import settings_read
from tocsin.errors import UsageError
from tocsin.settings import Settings

app = typer.Typer()

AUTHORIZE = "https://discord.com/oauth2/authorize"
SCOPES = ("bot", "applications.commands")
# Names and bits as in Discord's documentation, each with what the bot does by it.
PERMISSIONS = {
    "View Channel": 1 << 10,  # find the channel of the reminders
    "Send Messages": 1 << 11,  # post in it
    "Embed Links": 1 << 14,  # show an event's colour and picture
    "Read Message History": 1 << 16,  # see after a lost answer whether a post arrived
}


class ApplicationUnknown(UsageError):
    """No application id is known: set discord.application_id, or discord.token, which contains it."""


@app.command()
def invite(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Print the address that invites the bot, with the permissions it needs and no others."""
    application = application_id(settings_read(context).settings)
    permissions = sum(PERMISSIONS.values())
    question = {"client_id": application, "scope": " ".join(SCOPES), "permissions": permissions}
    address = f"{AUTHORIZE}?{urlencode(question)}"
    if as_json:
        output.print_json(
            {
                "address": address,
                "application_id": str(application),
                "scopes": SCOPES,
                "permissions": list(PERMISSIONS),
            }
        )
        return
    print(address)


def application_id(settings: Settings) -> int:
    """Return the id that is set, else the one in the token; raises ApplicationUnknown."""
    if settings.discord.application_id is not None:
        return settings.discord.application_id
    if settings.discord.token is None:
        raise ApplicationUnknown
    first = settings.discord.token.get_secret_value().partition(".")[0]
    try:
        decoded = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4))
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded.isdigit():
        raise ApplicationUnknown(
            "the token in discord.token has not the form of Discord's tokens: copy it anew from the "
            "developer portal, page “Bot”, or set discord.application_id"
        )
    return int(decoded)
