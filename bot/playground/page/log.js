/**
 * The page of the diary: which messages are shown, in which order, and where the reader stands.
 *
 * Elements are kept by message id and mended in place, so that an edit keeps focus, scroll position and picture boxes.
 */

import { find, make, mendChildren } from "./dom.js";
import { authorOf, messageElement, summary } from "./message.js";
import { currentPersona, isVisible, nameOf, openChannel, state } from "./state.js";

const TOGETHER_MS = 5 * 60 * 1000;
const NEAR_END = 90;
const elements = new Map();
let pinned = true;
let anchor = null;

/** Brings every element up to date, as after a new greeting, or for another persona, who sees mentions differently. */
export function mendLog() {
  for (const [id, element] of [...elements]) {
    if (state.messages.has(id)) mendMessage(element, state.messages.get(id));
    else elements.delete(id);
  }
}

/** Draws the open channel. */
export function drawLog() {
  const shown = [...state.messages.values()].filter(isVisible);
  const nodes = [];
  let previous = null;
  for (const message of shown) {
    const day = dayOf(message);
    if (!previous || dayOf(previous) !== day) nodes.push(dayElement(day));
    const element = elements.get(message.id) ?? addElement(message);
    element.classList.toggle("follows", follows(message, previous));
    nodes.push(element);
    previous = message;
  }
  if (!shown.length) nodes.push(invitation());
  placeNodes(nodes);
  keepOneStop();
  stayPinned();
}

function addElement(message) {
  const element = messageElement(message);
  elements.set(message.id, element);
  return element;
}

function placeNodes(nodes) {
  const pages = find("pages");
  const wanted = new Set(nodes);
  for (const old of [...pages.childNodes]) if (!wanted.has(old)) old.remove();
  let cursor = pages.firstChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextSibling;
    else pages.insertBefore(node, cursor);
  }
}

function follows(message, previous) {
  if (!previous || previous.author.id !== message.author.id || dayOf(previous) !== dayOf(message)) return false;
  if (message.play?.command || message.message_reference || message.flags & 64 || previous.flags & 64) return false;
  return Date.parse(message.timestamp) - Date.parse(previous.timestamp) < TOGETHER_MS;
}

const days = new Map();

function dayElement(day) {
  if (!days.has(day)) days.set(day, make("p", { class: "day" }, make("span", {}, day)));
  return days.get(day);
}

const dayOf = (message) => new Date(message.timestamp).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });

/** Takes a new or edited message; returns whether it is new here. */
export function takeMessage(message) {
  const known = state.messages.has(message.id);
  state.messages.set(message.id, message);
  const element = elements.get(message.id);
  if (!element || !isVisible(message)) drawLog();
  else mendMessage(element, message);
  return !known;
}

/** Draws one message again where it stands. */
export function redrawMessage(id) {
  const element = elements.get(id);
  if (element) mendMessage(element, state.messages.get(id));
}

function mendMessage(element, message) {
  const fresh = messageElement(message);
  const held = element.contains(document.activeElement);
  const follow = element.classList.contains("follows");
  element.className = fresh.className;
  element.classList.toggle("follows", follow);
  mendChildren(element, fresh);
  if (held && !element.contains(document.activeElement)) element.focus({ preventScroll: true });
  stayPinned();
}

/** Removes a message. */
export function removeMessage(id) {
  state.messages.delete(id);
  elements.get(id)?.remove();
  elements.delete(id);
  drawLog();
}

function invitation() {
  const channel = openChannel();
  const place = channel?.kind === "dm" ? "A private page, for you and the bot" : "Nothing has been dreamed here yet";
  const wake = state.bot.online ? null : make("p", { class: "subtext" }, "The bot is waking up. You can type already.");
  return make(
    "div",
    { class: "invitation", "data-testid": "invitation" },
    make("img", { src: "/page/icon.svg", alt: "", width: 72, height: 72 }),
    make("h3", {}, place),
    make("p", {}, "Type ", fillButton("/dream layer:high"), " and press ", make("kbd", {}, "Enter"), "."),
    make("ul", {}, make("li", {}, "Drop or paste a picture anywhere on this page, or click one of the sample photos: the dream starts from it."), make("li", {}, "Press ", fillButton("/"), " to see everything the bot can do, or ", fillButton("/help"), " for a tour."), make("li", {}, whoYouAre())),
    wake,
  );
}

function whoYouAre() {
  const others = state.personas.filter((one) => one.id !== state.persona).map(nameOf);
  return `You are ${nameOf(currentPersona())}. Switch to ${others.join(" or ")} above to try the buttons under a dream as somebody else.`;
}

const fillButton = (text) => make("button", { type: "button", class: "suggest", "data-action": "fill", "data-fill": text, "data-testid": "suggestion" }, text);

/* One tab stop for the whole log; arrow keys go from message to message. */
function keepOneStop() {
  const all = messageNodes();
  if (all.some((node) => node.tabIndex === 0 && node === all.at(-1))) return;
  for (const node of all) node.tabIndex = -1;
  if (all.length) all.at(-1).tabIndex = 0;
}

const messageNodes = () => [...find("pages").querySelectorAll(".message")];

/** Moves the focus among the messages; returns whether it moved. */
export function walkLog(key, from) {
  const all = messageNodes();
  const at = all.indexOf(from);
  const goal = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[key];
  if (goal === undefined || !all[goal]) return false;
  focusMessage(all[goal]);
  return true;
}

function focusMessage(node) {
  for (const other of messageNodes()) other.tabIndex = other === node ? 0 : -1;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}

/** Brings a message into view and marks it for a moment; returns whether it is there. */
export function jumpTo(id) {
  const node = elements.get(id);
  if (!node?.isConnected) return false;
  focusMessage(node);
  node.scrollIntoView({ block: "center" });
  node.classList.remove("found");
  requestAnimationFrame(() => node.classList.add("found"));
  return true;
}

/** Goes to the newest message. */
export function goToEnd() {
  pinned = true;
  stayPinned();
}

function stayPinned() {
  const log = find("log");
  const isEmpty = Boolean(find("pages").querySelector(".invitation"));
  if (pinned) log.scrollTop = isEmpty ? 0 : log.scrollHeight;
  find("newer").hidden = pinned || isEmpty;
}

const topIn = (log, node) => node.getBoundingClientRect().top - log.getBoundingClientRect().top;

function firstInView(log) {
  const node = messageNodes().find((one) => topIn(log, one) + one.offsetHeight > 0);
  return node ? { node, top: topIn(log, node) } : null;
}

/* Who reads older messages stays where they are, whatever grows above. */
function holdPlace(log) {
  if (anchor?.node.isConnected) log.scrollTop += topIn(log, anchor.node) - anchor.top;
}

/** Keeps the end in view while the reader is there, and only then. */
export function installLog() {
  const log = find("log");
  log.addEventListener("scroll", () => {
    pinned = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    anchor = pinned ? null : firstInView(log);
    if (pinned) find("newer").hidden = true;
  });
  new ResizeObserver(() => (pinned ? stayPinned() : holdPlace(log))).observe(find("pages"));
  new ResizeObserver(() => pinned && stayPinned()).observe(log);
  find("newer").addEventListener("click", goToEnd);
}

let saying = 0;

/** Tells listeners of the page about a message; edits are told once they have calmed down. */
export function announce(message, isNew) {
  if (!isVisible(message) || message.author.id === state.persona) return;
  const speak = () => (find("announcer").textContent = `${authorOf(message).name}: ${summary(message, 200)}`);
  clearTimeout(saying);
  if (isNew) speak();
  else saying = setTimeout(speak, 1500);
}
