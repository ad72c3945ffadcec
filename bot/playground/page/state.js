/**
 * What the page knows: one object, changed only by frames from the server and by the few verbs below.
 */

import { flatten, localize } from "./commands.js";

/** The one state of the page. `messages` maps ids to raw messages, in the order of the conversation. */
export const state = {
  connected: false,
  greeted: false,
  server: { name: "" },
  personas: [],
  channels: [],
  bot: { id: "", username: "Pareidolia", avatar_url: "", online: false },
  commands: [],
  entries: [],
  samples: [],
  roles: [],
  messages: new Map(),
  persona: null,
  channel: null,
  unread: new Set(),
  revealed: new Set(),
  pressing: "",
};

/** Takes over everything a greeting says; keeps the persona and the channel that were chosen before. */
export function greet(frame) {
  const { server, personas, channels, bot, samples, roles } = frame;
  Object.assign(state, { server, personas, channels, bot, samples, roles, greeted: true });
  state.messages = new Map(frame.messages.map((message) => [message.id, message]));
  state.persona = personas.some((one) => one.id === state.persona) ? state.persona : personas[0].id;
  takeCommands(frame.commands);
  if (!visibleChannels().some((one) => one.id === state.channel)) state.channel = visibleChannels()[0].id;
}

/** Takes the channels and roles that there are now; a channel that is gone is left. */
export function takeChannels({ channels, roles }) {
  Object.assign(state, { channels, roles });
  if (!visibleChannels().some((one) => one.id === state.channel)) state.channel = visibleChannels()[0].id;
}

/** Takes the registered commands. */
export function takeCommands(commands) {
  state.commands = commands;
  speak();
}

/** Shows the commands in the language of the current persona. */
export function speak() {
  state.entries = flatten(localize(state.commands, currentPersona()?.locale));
}

/** Returns the channels that the current persona can open: a direct conversation belongs to one persona. */
export function visibleChannels() {
  return state.channels.filter((channel) => !channel.visible_to || channel.visible_to === state.persona);
}

/** Returns the channels of the server that is open, without threads. */
export const channelsHere = () => state.channels.filter((channel) => channel.kind === "text" && !channel.parent && channel.server === openChannel()?.server);

/** Returns the open channel, or undefined before the greeting. */
export const openChannel = () => state.channels.find((channel) => channel.id === state.channel);

/** Returns the current persona, or undefined before the greeting. */
export const currentPersona = () => state.personas.find((persona) => persona.id === state.persona);

/** Whether the current persona may see this message here. */
export function isVisible(message) {
  if (message.channel_id !== state.channel) return false;
  const only = message.play?.visible_to;
  return !only || only === state.persona;
}

/** Returns a persona or the bot as `{id, name, avatar_url, bot}`, or null when nobody has this id. */
export function findPerson(id) {
  if (id === state.bot.id) return { id, name: state.bot.username, avatar_url: state.bot.avatar_url, bot: true };
  const persona = state.personas.find((one) => one.id === id);
  return persona ? { id, name: nameOf(persona), avatar_url: persona.avatar_url, bot: false } : null;
}

/** Returns everybody here, the bot last. */
export const everybody = () => [...state.personas.map((one) => one.id), state.bot.id].map(findPerson).filter(Boolean);

/** Returns the name by which people call a user. */
export const nameOf = (user) => user.global_name || user.username;

/** Whether an application command can be used in the open channel. */
export function isUsableHere(command) {
  const direct = openChannel()?.kind === "dm";
  if (Array.isArray(command.contexts) && command.contexts.length) return command.contexts.includes(direct ? 1 : 0);
  return !direct || command.dm_permission !== false;
}
