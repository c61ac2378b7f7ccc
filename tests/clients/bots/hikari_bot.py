"""The bot of a tea kitchen, written with hikari, unmodified but for where it finds Discord."""

import os

import hikari

bot = hikari.GatewayBot(
    os.environ["BOT_TOKEN"],
    rest_url=os.environ["BOT_REST"],
    intents=hikari.Intents.ALL_UNPRIVILEGED,
    banner=None,
)
TEAS = {"assam": "Assam", "sencha": "Sencha", "rooibos": "Rooibos"}
poured: dict[int, int] = {}


@bot.listen()
async def started(event: hikari.StartedEvent) -> None:
    """Register the commands."""
    brew = bot.rest.slash_command_builder("brew", "Puts the kettle on").add_option(
        hikari.CommandOption(
            type=hikari.OptionType.STRING,
            name="tea",
            description="Which tea",
            is_required=True,
            choices=[hikari.CommandChoice(name=n, value=v) for v, n in TEAS.items()],
        )
    )
    builders = [
        bot.rest.slash_command_builder(name, text)
        for name, text in {
            "ping": "Answers",
            "panel": "Shows a panel",
            "whisper": "Sends you a direct message",
            "twice": "Sends the same message twice",
            "order": "Orders something that is not on the list",
        }.items()
    ]
    application = await bot.rest.fetch_application()
    await bot.rest.set_application_commands(application, [*builders, brew])
    print("ready", flush=True)


@bot.listen()
async def resumed(event: hikari.ShardResumedEvent) -> None:
    print("resumed", flush=True)


@bot.listen()
async def heard(event: hikari.GuildMessageCreateEvent) -> None:
    me = bot.get_me()
    if event.content and me is not None and f"<@{me.id}>" in event.content:
        print(f"heard {event.content.split()[-1]}", flush=True)


def row(*buttons: tuple[str, str]) -> hikari.api.MessageActionRowBuilder:
    built = bot.rest.build_message_action_row()
    for custom_id, label in buttons:
        built.add_interactive_button(hikari.ButtonStyle.SUCCESS, custom_id, label=label)
    return built


NOW = hikari.ResponseType.MESSAGE_CREATE
LATER = hikari.ResponseType.DEFERRED_MESSAGE_CREATE
CHANGED = hikari.ResponseType.MESSAGE_UPDATE


async def ping(interaction: hikari.CommandInteraction) -> None:
    await interaction.create_initial_response(NOW, "pong")


async def panel(interaction: hikari.CommandInteraction) -> None:
    embed = hikari.Embed(title="Panel", description="There is one button.", colour=0x2A9D6B)
    await interaction.create_initial_response(
        NOW, embed=embed, component=row(("press", "Press me"))
    )


async def whisper(interaction: hikari.CommandInteraction) -> None:
    await interaction.create_initial_response(LATER, flags=hikari.MessageFlag.EPHEMERAL)
    await interaction.user.send("psst")
    await interaction.edit_initial_response("whispered")


async def twice(interaction: hikari.CommandInteraction) -> None:
    await interaction.create_initial_response(LATER)
    first, second = [
        await bot.rest.create_message(interaction.channel_id, "once", nonce="only-once")
        for _ in range(2)
    ]
    await interaction.edit_initial_response("same" if first.id == second.id else "different")


async def brew(interaction: hikari.CommandInteraction) -> None:
    tea = TEAS[str(interaction.options[0].value)]
    embed = hikari.Embed(title=f"A pot of {tea}", description="It draws for **three** minutes.")
    embed.add_field("Cups poured", "0")
    await interaction.create_initial_response(
        NOW, embed=embed, component=row(("pour", "Pour a cup"), ("away", "Pour it away"))
    )


async def order(interaction: hikari.CommandInteraction) -> None:
    line = bot.rest.build_modal_action_row().add_text_input("what", "What would you like?")
    await interaction.create_modal_response("An order", "order", component=line)


COMMANDS = {
    "ping": ping,
    "panel": panel,
    "whisper": whisper,
    "twice": twice,
    "brew": brew,
    "order": order,
}


async def press(interaction: hikari.ComponentInteraction) -> None:
    """Serve the buttons."""
    if interaction.custom_id == "press":
        text = f"Pressed by {interaction.user.username}"
        await interaction.create_initial_response(CHANGED, text, components=[])
        return
    message = interaction.message
    if interaction.custom_id == "away":
        await interaction.create_initial_response(CHANGED, "Gone.", embeds=[], components=[])
        return
    poured[message.id] = poured.get(message.id, 0) + 1
    embed = message.embeds[0]
    embed.edit_field(0, "Cups poured", str(poured[message.id]))
    await interaction.create_initial_response(CHANGED, embed=embed)
    await interaction.execute("Mind, it is hot.", flags=hikari.MessageFlag.EPHEMERAL)


@bot.listen()
async def interacted(event: hikari.InteractionCreateEvent) -> None:
    interaction = event.interaction
    if isinstance(interaction, hikari.CommandInteraction):
        await COMMANDS[interaction.command_name](interaction)
    elif isinstance(interaction, hikari.ComponentInteraction):
        await press(interaction)
    elif isinstance(interaction, hikari.ModalInteraction):
        wanted = interaction.components[0].components[0].value
        await interaction.create_initial_response(NOW, f"{wanted} is on its way.")


bot.run()
