/**
 * The composition root of the page: frames from the server come in, presses and keys go out.
 *
 * Longer than most files: every frame and every action has its few lines here, in one table each.
 */

import { drawComposer, fillComposer, giveBack, hint, insertText, installComposer, replyTo, runOnTarget } from "./composer.js";
import { find, make } from "./dom.js";
import { keepPlace, readPlace } from "./drafts.js";
import { attachSample } from "./files.js";
import { drawLanguages, installLab, logLine, toast } from "./lab.js";
import { openLetter } from "./letter.js";
import { enlarge, installLightbox } from "./lightbox.js";
import { announce, drawLog, goToEnd, installLog, jumpTo, mendLog, redrawMessage, removeMessage, takeMessage, walkLog } from "./log.js";
import { installLongPress } from "./longpress.js";
import { refreshTimes } from "./markdown.js";
import { closeMenu, installMenu, openMenu } from "./menu.js";
import { summary } from "./message.js";
import { takeChoices } from "./picker.js";
import { installPictures } from "./picture.js";
import { currentPersona, findPerson, greet, isUsableHere, nameOf, openChannel, speak, state, takeChannels, takeCommands, visibleChannels } from "./state.js";
import { connect } from "./wire.js";

const PRESS_MS = 3200;
const TYPING_MS = 9000;
let line = null;
const send = (frame) => line.send(frame);

const FRAMES = {
  hello(frame) {
    greet(frame);
    drawExpressions(frame.expressions);
    mendLog();
    drawAll();
  },
  channels(frame) {
    takeChannels(frame);
    drawChannels();
    drawHeading();
    drawLog();
  },
  expressions(frame) {
    drawExpressions(frame.expressions);
  },
  languages({ personas, server }) {
    Object.assign(state, { personas, server });
    speak();
    drawLanguages();
    drawComposer();
  },
  commands(frame) {
    takeCommands(frame.commands);
    drawComposer();
    if (find("pages").querySelector(".invitation")) drawLog();
  },
  presence(frame) {
    state.bot.online = frame.online;
    drawPresence();
    if (find("pages").querySelector(".invitation")) drawLog();
  },
  message({ message }) {
    weather("");
    release();
    const isNew = takeMessage(message);
    announce(message, isNew);
    if (isNew && message.channel_id !== state.channel && mayRead(message)) markUnread(message.channel_id);
  },
  message_delete: (frame) => removeMessage(frame.id),
  modal(frame) {
    release();
    weather("");
    if (frame.persona === state.persona) openLetter(frame, (fields) => submit(frame, fields));
  },
  choices: takeChoices,
  typing(frame) {
    if (frame.channel_id === state.channel) weather(`${state.bot.username} is writing…`, TYPING_MS);
  },
  notice(frame) {
    release();
    weather("");
    if (frame.persona && frame.persona !== state.persona) return;
    toast(frame.text);
    giveBack(frame.nonce);
  },
  lab: (frame) => logLine(frame.log),
};

const mayRead = (message) => !message.play?.visible_to || message.play.visible_to === state.persona;

function submit(frame, fields) {
  const sent = send({ type: "submit", persona: frame.persona, interaction_id: frame.interaction_id, custom_id: frame.custom_id, fields });
  if (!sent) throw new Error("The playground is not answering. Press Submit again when it is back.");
  weather(`Waiting for ${state.bot.username}…`, PRESS_MS);
}

function drawAll() {
  keepPlace(state.persona, state.channel);
  document.title = `Pareidolia playground · ${openChannel().name}`;
  drawChannels();
  drawPersonas();
  drawSamples();
  drawHeading();
  drawPresence();
  drawLanguages();
  drawLog();
  drawComposer();
}

function drawChannels() {
  const tabs = visibleChannels().map((channel) => {
    const mark = channel.kind === "dm" ? make("span", { class: "glyph envelope", "aria-hidden": "true" }) : make("span", { class: "mark", "aria-hidden": "true" }, "#");
    const home = channel.parent ? "a thread" : channel.server && channel.server !== state.server.name ? channel.server : null;
    const unread = state.unread.has(channel.id) ? make("span", { class: "fresh" }, make("span", { class: "unseen" }, ", new messages")) : null;
    return make("button", { type: "button", class: "tab", "data-testid": `channel-${channel.name}`, "data-channel": channel.id, "data-kind": channel.kind, "data-action": "channel", "aria-current": channel.id === state.channel ? "page" : null, title: home }, mark, channel.name, unread);
  });
  find("channels").replaceChildren(...tabs);
}

function drawPersonas() {
  const seats = state.personas.map((persona) => {
    const name = nameOf(persona);
    return make("button", { type: "button", class: "persona", "data-testid": `persona-${name.toLowerCase()}`, "data-persona": persona.id, "data-action": "become", "aria-pressed": String(persona.id === state.persona), title: persona.note }, make("img", { src: persona.avatar_url, alt: "", width: 24, height: 24 }), name);
  });
  find("personas").replaceChildren(...seats);
}

function drawSamples() {
  const cards = state.samples.map((sample) => {
    const card = make("button", { type: "button", class: "print", draggable: "true", "data-testid": `sample-${sample.name}`, "data-action": "sample", "data-sample": sample.name, "aria-label": `Attach the photo “${sample.title}”` }, make("img", { src: sample.url, alt: "", draggable: "false" }), make("span", {}, sample.title));
    card.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("application/x-sample", sample.name);
      event.dataTransfer.effectAllowed = "copy";
    });
    return make("li", {}, card);
  });
  find("samples").replaceChildren(...cards);
}

function drawExpressions(expressions) {
  find("expressions").hidden = expressions.length === 0;
  const shown = expressions.map((one) => make("li", { class: one.kind }, make("img", { src: one.url, alt: one.name, title: one.name })));
  find("expressions-list").replaceChildren(...shown);
}

function drawHeading() {
  const channel = openChannel();
  find("channel-name").textContent = channel.kind === "dm" ? channel.name : `#${channel.name}`;
  find("channel-topic").textContent = channel.topic ?? "";
}

function drawPresence() {
  const place = find("presence");
  const { online, username } = state.bot;
  place.classList.toggle("online", online);
  place.replaceChildren(make("span", { class: "lamp", "aria-hidden": "true" }), `${username} is ${online ? "online" : "offline"}`);
}

function markUnread(channel) {
  state.unread.add(channel);
  drawChannels();
}

function openChannelById(id) {
  if (!visibleChannels().some((channel) => channel.id === id)) return;
  state.channel = id;
  state.unread.delete(id);
  replyTo(null);
  weather("");
  drawAll();
  goToEnd();
  find("composer").focus();
}

/* A link may lead to another channel, and to what was deleted since. */
function jumpToMessage(channel, id) {
  if (channel !== state.channel) openChannelById(channel);
  if (!jumpTo(id)) toast("That message isn't there any more.");
}

function become(persona) {
  state.persona = persona;
  speak();
  if (!visibleChannels().some((channel) => channel.id === state.channel)) state.channel = equalChannel();
  replyTo(null);
  mendLog();
  drawAll();
  goToEnd();
  find("personas").querySelector('[aria-pressed="true"]').focus();
  find("announcer").textContent = `You are now acting as ${nameOf(currentPersona())}.`;
}

/* From one persona's direct conversation to the other's, else to the first channel. */
const equalChannel = () => (visibleChannels().find((channel) => channel.kind === openChannel()?.kind) ?? visibleChannels()[0]).id;

let clearing = 0;

/** Says what is going on, in the line above the composer. */
function weather(words, lasting = 0) {
  clearTimeout(clearing);
  find("weather").textContent = words;
  if (words && lasting) clearing = setTimeout(() => weather(""), lasting);
}

let releasing = 0;

function hold(message, custom) {
  release();
  state.pressing = `${state.persona}/${message.id}/${custom}`;
  redrawMessage(message.id);
  releasing = setTimeout(release, PRESS_MS);
}

function release() {
  clearTimeout(releasing);
  const [, id] = state.pressing.split("/");
  state.pressing = "";
  if (id) redrawMessage(id);
}

function press(message, element, values) {
  const { custom, component } = element.dataset;
  if (state.pressing === `${state.persona}/${message.id}/${custom}`) return;
  const frame = { type: "press", persona: state.persona, channel_id: message.channel_id, message_id: message.id, component_type: Number(component), custom_id: custom };
  if (!send(values ? { ...frame, values } : frame)) return toast("The playground is not answering. Press again when it is back.");
  hold(message, custom);
  weather(`Waiting for ${state.bot.username}…`, PRESS_MS);
}

function pressMany(message, element) {
  const values = [...element.parentElement.querySelectorAll("input:checked")].map((box) => box.value);
  const { min, max } = element.dataset;
  if (values.length < Number(min) || values.length > Number(max)) return toast(`Choose ${min} to ${max} of these.`);
  element.closest("details").open = false;
  return press(message, element, values);
}

const commandsFor = (type) => state.commands.filter((command) => command.type === type && isUsableHere(command));

function openApps(message, anchor) {
  const items = commandsFor(3).map((command) => ({ label: command.name, note: state.bot.username, run: () => runOnTarget(command, message.id) }));
  if (!(message.flags & 64)) items.unshift({ label: "Reply", run: () => replyTo(message) });
  if (!(message.flags & 64)) items.push({ label: "React", run: () => openReactions(message, anchor) });
  if (mayDelete(message)) items.push({ label: "Delete", run: () => send({ type: "delete", persona: state.persona, message_id: message.id }) });
  items.push({ label: "Copy the text", run: () => copy(message.content || summary(message, 2000)) });
  openMenu("This message", items, anchor);
}

const EMOJI = { "❌": "Cross mark", "✉️": "Envelope", "🌀": "Cyclone", "👍": "Thumbs up" };

function openReactions(message, anchor) {
  const items = Object.entries(EMOJI).map(([emoji, name]) => ({ label: emoji, note: name, run: () => react(message, emoji) }));
  openMenu("React", items, anchor);
}

const react = (message, emoji) => send({ type: "react", persona: state.persona, message_id: message.id, emoji });

/* The server decides; this only keeps the menu honest. */
const mayDelete = (message) => !(message.flags & 64) && (message.author.id === state.persona || currentPersona().username.toLowerCase() === "mod");

function openPerson(id, anchor) {
  const person = findPerson(id);
  if (!person) return;
  const items = commandsFor(2).map((command) => ({ label: command.name, note: state.bot.username, run: () => runOnTarget(command, id) }));
  items.push({ label: `Mention ${person.name}`, run: () => insertText(`@${person.name} `) });
  openMenu(person.name, items, anchor);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser did not allow copying. Select the text and copy it by hand.");
  }
}

const ACTIONS = {
  channel: (element) => openChannelById(element.dataset.channel),
  become: (element) => become(element.dataset.persona),
  sample: (element) => {
    attachSample(element.dataset.sample);
    find("composer").focus();
  },
  fill: (element) => fillComposer(element.dataset.fill),
  enlarge: (element) => enlarge(element),
  uncover: (element) => element.classList.add("shown"),
  outside: (element) => toast(element.dataset.address ? `The playground opens no outside page. The link is: ${element.dataset.address}` : "This button has no address."),
  person: (element) => openPerson(element.dataset.person, element),
  jump: (element) => jumpToMessage(element.dataset.channel ?? state.channel, element.dataset.target),
  press: (element, message) => press(message, element),
  "choose-many": (element, message) => pressMany(message, element),
  reply: (element, message) => replyTo(message),
  apps: (element, message) => openApps(message, element),
  reactions: (element, message) => openReactions(message, element),
  react: (element, message) => react(message, element.dataset.emoji),
  dismiss: (element, message) => dismiss(message),
  reveal: (element, message) => {
    state.revealed.add(element.dataset.reveal);
    redrawMessage(message.id);
  },
};

function dismiss(message) {
  send({ type: "dismiss", persona: state.persona, message_id: message.id });
  removeMessage(message.id);
  find("composer").focus();
}

const messageOf = (element) => state.messages.get(element.closest(".message")?.dataset.messageId);

function onClick(event) {
  const element = event.target.closest?.("[data-action]");
  if (!element || element.disabled || element.dataset.action === "choose") return;
  ACTIONS[element.dataset.action]?.(element, messageOf(element));
}

function onChange(event) {
  const menu = event.target.closest('[data-action="choose"]');
  if (menu?.value) press(messageOf(menu), menu, [menu.value]);
}

function onContextMenu(event) {
  if (event.target.closest?.(".menu")) event.preventDefault();
  const byKey = event.clientX === 0 && event.clientY === 0;
  if (openMenuOf(event.target, byKey ? null : { x: event.clientX, y: event.clientY })) event.preventDefault();
}

/* Opens the menu of the person or message under a target, at a point or beside it; returns whether there is one. */
function openMenuOf(target, point) {
  const person = target.closest?.('[data-action="person"], [data-action="become"]');
  const message = target.closest?.(".message");
  if (!person && (!message || getSelection().toString())) return false;
  if (person) openPerson(person.dataset.person ?? person.dataset.persona, point ?? person);
  else openApps(messageOf(message), point ?? message);
  return true;
}

/* The arrow keys would choose at once in a closed menu: it opens instead, and one choice is made in it. */
function onSelectKey(event) {
  const menu = event.target.closest?.('[data-action="choose"]');
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.altKey) return;
  event.preventDefault();
  menu.showPicker?.();
}

function onLogKey(event) {
  const message = event.target.closest(".message");
  if (!message) return;
  const onMessage = event.target === message;
  if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) openByKey(event.target, message);
  else if (onMessage && event.key === "r") replyTo(messageOf(message));
  else if (event.key === "Escape") find("composer").focus();
  else if (!onMessage || !walkLog(event.key, message)) return;
  event.preventDefault();
}

function openByKey(target, message) {
  const person = target.closest('[data-action="person"]');
  if (person) openPerson(person.dataset.person, person);
  else openApps(messageOf(message), message.querySelector(".entry"));
}

/* A slash typed anywhere outside a field begins a command. */
function onPageKey(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  fillComposer("/");
}

function onSent(kind) {
  goToEnd();
  if (kind === "command") weather(`Waiting for ${state.bot.username}…`, PRESS_MS);
}

function onLine({ connected, pause }) {
  state.connected = connected;
  const curtain = find("curtain");
  curtain.hidden = connected;
  if (connected) return;
  const again = make("button", { type: "button", class: "plain", on: { click: () => line.retry() } }, "Try now");
  const words = state.greeted ? "The playground went away. Reconnecting every few seconds; your text is safe." : "The playground is not answering yet. Reconnecting every few seconds.";
  curtain.replaceChildren(make("span", { class: "lamp", "aria-hidden": "true" }), words, " ", again);
  curtain.dataset.pause = pause;
}

function start() {
  Object.assign(state, readPlace());
  installPictures();
  installMenu();
  installLightbox();
  installLog();
  installLab(send);
  installComposer(send, onSent);
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("contextmenu", onContextMenu);
  document.addEventListener("keydown", onSelectKey);
  installLongPress(openMenuOf);
  document.addEventListener("keydown", onPageKey);
  find("log").addEventListener("keydown", onLogKey);
  find("log").addEventListener("wheel", closeMenu, { passive: true });
  setInterval(refreshTimes, 1000);
  line = connect((frame) => FRAMES[frame.type]?.(frame), onLine);
  hint("");
  find("composer").focus();
}

start();
