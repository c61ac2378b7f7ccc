// A bot written with discord.js, unmodified but for where it finds Discord.

import { ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, EmbedBuilder, Events, GatewayIntentBits, MessageFlags } from "discord.js";

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  rest: { api: process.env.BOT_REST.replace(/\/v10$/, ""), version: "10" },
});

client.once(Events.ClientReady, async () => {
  await client.application.commands.set([
    { name: "ping", description: "Answers" },
    { name: "panel", description: "Shows a panel" },
    { name: "whisper", description: "Sends you a direct message" },
    { name: "twice", description: "Sends the same message twice" },
  ]);
  console.log("ready");
});

client.on(Events.ShardResume, () => console.log("resumed"));

client.on(Events.MessageCreate, (message) => {
  if (message.mentions.users.has(client.user.id)) console.log(`heard ${message.content.split(" ").at(-1)}`);
});

const commands = {
  async ping(interaction) {
    await interaction.reply("pong");
  },
  async panel(interaction) {
    const embed = new EmbedBuilder().setTitle("Panel").setDescription("There is one button.").setColor(0x2a9d6b);
    const button = new ButtonBuilder().setCustomId("press").setLabel("Press me").setStyle(ButtonStyle.Success);
    await interaction.reply({ embeds: [embed], components: [new ActionRowBuilder().addComponents(button)] });
  },
  async whisper(interaction) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.user.send("psst");
    await interaction.editReply("whispered");
  },
  async twice(interaction) {
    await interaction.deferReply();
    const body = { content: "once", nonce: "only-once", enforceNonce: true };
    const first = await interaction.channel.send(body);
    const second = await interaction.channel.send(body);
    await interaction.editReply(first.id === second.id ? "same" : "different");
  },
};

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isChatInputCommand()) await commands[interaction.commandName](interaction);
  if (interaction.isButton()) await interaction.update({ content: `Pressed by ${interaction.user.username}`, components: [] });
});

process.on("SIGTERM", async () => {
  await client.destroy();
  process.exit(0);
});

await client.login(process.env.BOT_TOKEN);
