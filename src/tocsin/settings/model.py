"""The settings: every name, its type, its default and what it means.

The descriptions are the text of `tocsin.example.toml`. Nothing is read here: `loading` does that.
"""

from datetime import time
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Whether an address can only lead to this very machine."""
    return urlsplit(url).hostname in LOOPBACK


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    return url.rstrip("/")


def _gateway_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise ValueError("must be an address that begins with ws:// or wss://")
    return url


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone's name, like Europe/Berlin") from None
    return name


def _database_address(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme.partition("+")[0] != "sqlite":
        raise ValueError("must be an address that begins with sqlite:///")
    file = parts.path[1:]
    if ":memory:" in file or "mode=memory" in parts.query:
        raise ValueError("must name a file: what is kept in memory is gone with the process")
    if not file.strip("/"):
        raise ValueError("must name a file, like sqlite:///tocsin.db")
    return url


def _file_name(name: str) -> str:
    if not name or name.startswith(".") or set(name) & set("/\\\0"):
        raise ValueError("must be the name of a file, without a folder")
    return name


WebAddress = Annotated[str, AfterValidator(_web_address)]
GatewayAddress = Annotated[str, AfterValidator(_gateway_address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
Zone = Annotated[str, AfterValidator(_zone)]
FileName = Annotated[str, AfterValidator(_file_name)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    """One table of the settings' file: nothing unknown in it, nothing changed after loading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class Discord(Section):
    """How the bot reaches Discord."""

    token: SecretStr | None = Field(
        default=None,
        description="The bot's token, from Discord's developer portal. Better kept out of files: "
        "set the environment variable TOCSIN_DISCORD__TOKEN.",
        examples=["the bot's token"],
    )
    application_id: int | None = Field(
        default=None,
        gt=0,
        description="The application's id, for `tocsin invite`. Without it the token tells.",
        examples=[123456789012345678],
    )
    api_url: WebAddress = Field(
        default="https://discord.com/api/v10",
        description="Where Discord's API is: another address for a proxy or the sandbox.",
    )
    gateway_url: GatewayAddress | None = Field(
        default=None,
        description="Where the gateway is. Without it the API tells.",
        examples=["wss://gateway.discord.gg"],
    )
    requests_per_second: float = Field(
        default=50,
        gt=0,
        description="Requests per second over everything. Discord allows 50, more only to very "
        "large bots.",
    )
    dm_opens_per_minute: float = Field(
        default=6,
        gt=0,
        description="New DM channels opened per minute. Discord publishes no limit, and blocks "
        "bots that open many.",
    )
    members_intent: bool = Field(
        default=False,
        description="Whether Discord tells the bot who joins a server: a member who left, and "
        "whose DMs were closed by that, is then tried again when they come back. Switch on "
        "“Server Members Intent” in the developer portal first.",
    )
    status_text: str = Field(
        default="/subscribe",
        max_length=128,
        description="What stands below the bot's name; may be empty.",
    )


class Database(Section):
    """Where everything is kept."""

    url: DatabaseAddress = Field(
        default=SecretStr("sqlite:///tocsin.db"),
        description="The database: sqlite:/// and a path, relative to the working directory "
        "(four slashes for one from the root).",
    )


class ClockSource(Section):
    """Whose time the bot goes by; only for trying things out."""

    url: WebAddress | None = Field(
        default=None,
        description="Follow the clock of a sandbox at this address. Refused unless it and "
        "discord.api_url are on this machine.",
        examples=["http://127.0.0.1:8080/sandbox/clock"],
    )


class Reminders(Section):
    """What holds for reminders on every server."""

    grace_seconds: float = Field(
        default=60,
        ge=0,
        le=3600,
        description="A reminder that is late by no more than this goes out as if in time.",
    )
    horizon_days: int = Field(
        default=60,
        ge=31,
        le=400,
        description="How far ahead occurrences are worked out and kept as rows.",
    )
    retention_days: int = Field(
        default=30, ge=1, description="How long past occurrences and a left server's data are kept."
    )
    default_zone: Zone = Field(
        default="UTC", description="The time zone of a server that has not chosen its own."
    )
    all_day_at: time = Field(
        default=time(9),
        description="When an event without a time of day falls due, in the server's zone.",
    )


class Logs(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is written: debug, info, warning or error."
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="text or json; auto is text on a terminal and JSON otherwise."
    )


class Status(Section):
    """The address at which a running bot tells how it is: /status to `tocsin`, /metrics to Prometheus."""

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address to listen on. Whoever reaches it may read: there is no password.",
    )
    port: Port | None = Field(
        default=None,
        description="The port to listen on, 0 for any free one. Without it nothing listens.",
        examples=[8070],
    )


class Legacy(Section):
    """The JSON files of the system before, for `tocsin legacy` and for a mirror of them."""

    directory: str | None = Field(
        default=None,
        min_length=1,
        description="The folder of the files, for commands that are given none.",
        examples=["/var/lib/tocsin/legacy"],
    )
    mirror: str | None = Field(
        default=None,
        min_length=1,
        description="A folder in which the running bot keeps the five files up to date, for tools "
        "that read them. Without it none are written.",
        examples=["/var/lib/tocsin/legacy"],
    )
    server: int | None = Field(
        default=None,
        gt=0,
        description="The server whose files the mirror holds.",
        examples=[123456789012345678],
    )
    grace_seconds: float = Field(
        default=60,
        ge=0,
        le=3600,
        description="What was scheduled and is late by no more than this is sent after an import; "
        "what is later is stale.",
    )
    subscriptions: FileName = Field(
        default="subscription_tracker.json", description="The name of the subscriptions' file."
    )
    scheduled: FileName = Field(
        default="dm_scheduled_tracker.json",
        description="The name of the tracker of scheduled DMs.",
    )
    sent: FileName = Field(
        default="dm_sent_tracker.json", description="The name of the tracker of DMs that were sent."
    )
    failed: FileName = Field(
        default="failed_dm_log.json", description="The name of the log of DMs that failed."
    )
    reminders: FileName = Field(
        default="active_reminders.json",
        description="The name of the file of the posts that stand in channels.",
    )
    event_cache: FileName = Field(
        default="event_cache.json", description="The name of the cache of events; only read."
    )

    @model_validator(mode="after")
    def _a_mirror_of_one_server(self) -> Self:
        if self.mirror is not None and self.server is None:
            raise ValueError("needs legacy.server too: a mirror holds the files of one server")
        return self


class Settings(BaseSettings):
    """All settings, built from what is given and nothing else: `load` is what reads."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="TOCSIN_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    discord: Discord = Discord()
    database: Database = Database()
    clock: ClockSource = ClockSource()
    reminders: Reminders = Reminders()
    logs: Logs = Logs()
    status: Status = Status()
    legacy: Legacy = Legacy()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing from the surroundings, so that a test's settings are what it wrote."""
        return (init_settings,)

    @model_validator(mode="after")
    def _borrowed_clock_only_on_this_machine(self) -> Self:
        if self.clock.url is None:
            return self
        if not is_loopback(self.clock.url) or not is_loopback(self.discord.api_url):
            raise ValueError(
                "clock.url is refused: a borrowed clock is for trying things out, "
                "so it and discord.api_url must both be on this machine (127.0.0.1)"
            )
        return self

    def secrets(self) -> tuple[str, ...]:
        """What must never be shown: the token, and every password within an address."""
        token = self.discord.token.get_secret_value() if self.discord.token else None
        addresses = (
            self.database.url.get_secret_value(),
            self.discord.api_url,
            self.discord.gateway_url or "",
            self.clock.url or "",
        )
        passwords = (urlsplit(address).password for address in addresses)
        return tuple(secret for secret in (token, *passwords) if secret)
