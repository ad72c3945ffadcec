/**
 * One message as an entry of the diary: `(message) => article`.
 */

import { attachment, build, embed, lookup } from "./components.js";
import { make } from "./dom.js";
import { markdown } from "./markdown.js";
import { findPerson, nameOf, state } from "./state.js";

const EPHEMERAL = 64;
const THINKING = 128;

/** Returns a new element for a message. */
export function messageElement(message) {
  const author = authorOf(message);
  return make(
    "article",
    {
      class: classesOf(message, author),
      tabindex: "-1",
      "data-testid": "message",
      "data-message-id": message.id,
      "data-author-id": author.id,
      "aria-label": `${author.name}, ${clock(message)}`,
    },
    make("div", { class: "margin" }, portrait(author), make("time", { class: "margin-time", datetime: message.timestamp }, clock(message))),
    make("div", { class: "entry" }, origin(message), byline(author, message), make("div", { class: "body" }, bodyOf(message)), reactionsOf(message), whisper(message)),
    toolbar(message),
  );
}

const isEphemeral = (message) => Boolean(message.flags & EPHEMERAL);
const isThinking = (message) => Boolean(message.flags & THINKING) || Boolean(message.play?.pending);

function classesOf(message, author) {
  const names = ["message"];
  if (isEphemeral(message)) names.push("ephemeral");
  if (isThinking(message)) names.push("thinking");
  if (author.id === state.persona) names.push("mine");
  if (mentionsMe(message)) names.push("calls-me");
  return names.join(" ");
}

const mentionsMe = (message) => (message.mentions ?? []).some((user) => user.id === state.persona);

/** Returns the author of a message as `{id, name, avatar_url, bot}`. */
export function authorOf(message) {
  const { author } = message;
  return findPerson(author.id) ?? { id: author.id, name: nameOf(author), avatar_url: `/play/avatars/${author.id}.png`, bot: Boolean(author.bot) };
}

/** Returns the clock time of a message, hours and minutes. */
export const clock = (message) => new Date(message.timestamp).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

const personActions = (person) => ({ type: "button", "data-action": "person", "data-person": person.id, "aria-haspopup": "menu" });

function portrait(person) {
  return make("button", { class: "avatar", tabindex: "-1", "aria-label": `About ${person.name}`, ...personActions(person) }, make("img", { src: person.avatar_url, alt: "", draggable: "false" }));
}

function byline(author, message) {
  const tag = author.bot ? make("span", { class: "tag" }, "bot") : null;
  return make("header", { class: "byline", "data-key": "byline" }, make("button", { class: "name", ...personActions(author) }, author.name), tag, make("time", { class: "byline-time", datetime: message.timestamp }, clock(message)));
}

function origin(message) {
  const { command } = message.play ?? {};
  if (command) return commandLine(command);
  const earlier = message.referenced_message ?? state.messages.get(message.message_reference?.message_id);
  if (earlier) return replyLine(earlier);
  return message.message_reference?.message_id ? make("p", { class: "origin", "data-key": "origin" }, "In reply to a message that is gone") : null;
}

function commandLine(command) {
  const who = findPerson(command.user_id)?.name ?? "Somebody";
  const isMenu = state.commands.some((one) => one.type > 1 && one.name === command.name);
  const typed = [isMenu ? command.name : `/${command.name}`, command.options_text].filter(Boolean).join(" ");
  return make("p", { class: "origin", "data-key": "origin", "data-testid": "origin" }, make("span", { class: "hook", "aria-hidden": "true" }), make("b", {}, who), " used ", make("code", {}, typed));
}

function replyLine(earlier) {
  const jump = make("button", { type: "button", class: "jump", "data-action": "jump", "data-target": earlier.id }, make("b", {}, authorOf(earlier).name), " ", summary(earlier));
  return make("p", { class: "origin", "data-key": "origin", "data-testid": "origin" }, make("span", { class: "hook", "aria-hidden": "true" }), make("span", { class: "unseen" }, "In reply to "), jump);
}

function bodyOf(message) {
  const content = message.content ? make("div", { class: "words", "data-key": "content" }, markdown(message.content, lookup)) : null;
  const thinking = isThinking(message) && !content && !message.components?.length ? thinkingLine(message) : null;
  const held = message.flags & 32768 ? [] : (message.attachments ?? []);
  const pictures = held.length ? make("div", { class: "attachments", "data-key": "attachments" }, held.map((one) => attachment(one, message))) : null;
  return [thinking, content, pictures, (message.embeds ?? []).map((one) => embed(one, message)), build(message.components, message)];
}

const thinkingLine = (message) => make("p", { class: "thought", "data-key": "thinking" }, `${authorOf(message).name} is thinking`, make("span", { class: "dots", "aria-hidden": "true" }));

function whisper(message) {
  if (!isEphemeral(message)) return null;
  return make("p", { class: "whisper", "data-key": "whisper" }, "Only you can see this · ", make("button", { type: "button", class: "plain", "data-action": "dismiss", "data-testid": "dismiss" }, "Dismiss"));
}

function reactionsOf(message) {
  const reactions = message.play?.reactions ?? [];
  if (!reactions.length) return null;
  return make("div", { class: "reactions", "data-key": "reactions" }, reactions.map(({ emoji, people }) => chip(emoji, people)));
}

function chip(emoji, people) {
  const names = people.map((id) => findPerson(id)?.name ?? state.bot.username).join(", ");
  return make("button", { type: "button", class: "reaction", "data-action": "react", "data-emoji": emoji, "data-testid": "reaction", "aria-pressed": String(people.includes(state.persona)), "aria-label": `${emoji} by ${names}`, title: names }, emoji, make("span", {}, String(people.length)));
}

function toolbar(message) {
  const react = isEphemeral(message) ? null : make("button", { type: "button", "data-action": "reactions", "data-testid": "react", "aria-haspopup": "menu", title: "React" }, "React");
  const reply = isEphemeral(message) ? null : make("button", { type: "button", "data-action": "reply", "data-testid": "reply", title: "Reply (R)" }, "Reply");
  const apps = make("button", { type: "button", "data-action": "apps", "data-testid": "apps", "aria-haspopup": "menu", title: "Apps (Shift+F10)" }, "⋯ Apps");
  return make("div", { class: "toolbar", "data-key": "toolbar" }, react, reply, apps);
}

/** Returns a message in a few words, for replies and for people who listen to the page. */
export function summary(message, length = 72) {
  const text = [message.content, ...partWords(message.components)].filter(Boolean).join(" ").replace(/<@!?(\d+)>/g, (_, id) => `@${findPerson(id)?.name ?? "somebody"}`);
  const clean = text.replace(/<t:\d+:?\w?>/g, "").replace(/[*_`#~|]|^-# /gm, "").replace(/\s+/g, " ").trim();
  const words = clean || (message.attachments?.length ? "a picture" : isThinking(message) ? "is thinking" : "…");
  return words.length > length ? `${words.slice(0, length - 1)}…` : words;
}

function partWords(parts) {
  return (parts ?? []).flatMap((part) => [part.content, ...partWords(part.components), ...(part.items ?? []).map((item) => item.description)]);
}
