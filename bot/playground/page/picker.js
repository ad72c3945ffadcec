/**
 * The list above the composer: commands, then options, then values, then people.
 *
 * Nothing is chosen until an arrow key is pressed, so that Enter always runs what is typed. Tab takes the first line.
 */

import { ATTACHMENT, matchEntry, placeOf, quoted, rankEntries, readPieces } from "./commands.js";
import { find, make } from "./dom.js";
import { attachedFiles } from "./files.js";
import { channelsHere, everybody, isUsableHere, state } from "./state.js";
import { nonce } from "./wire.js";

const ASK_AFTER = 110;
const list = { lines: [], active: -1, place: null, closedFor: null, asked: "", timer: 0, wiring: {} };

/** Wires the picker: `{send, changed, attachSample, chooseFile}`. */
export function installPicker(wiring) {
  list.wiring = wiring;
}

/** Closes the list until the text changes. */
export function closePicker() {
  list.closedFor = find("composer").value;
  show([], null);
}

/** Offers what fits the place of the caret. */
export function refreshPicker() {
  const box = find("composer");
  if (document.activeElement !== box || list.closedFor === box.value) return show([], null);
  list.closedFor = null;
  const usable = state.entries.filter(({ command }) => isUsableHere(command));
  const place = placeOf(box.value, box.selectionStart, usable);
  if (!place || !box.value) return show([], null);
  if (place.kind === "value" && place.option.autocomplete) return askServer(place);
  return show(OFFERS[place.kind](place, usable), place);
}

const OFFERS = {
  command: ({ query }, usable) => rankEntries(usable, query).map((entry) => ({ label: `/${entry.path}`, note: entry.description, insert: `/${entry.path} ` })),
  option: offerOptions,
  value: offerValues,
  mention: ({ query }) => startingWith(query, everybody(), (person) => ({ label: `@${person.name}`, note: person.bot ? "the bot" : "", insert: `@${person.name} ` })),
};

function offerOptions({ entry, query, used }) {
  const free = entry.options.filter((option) => !used.has(option.name) && !holdsFile(option));
  const ranked = [...free].sort((a, b) => Number(Boolean(b.required)) - Number(Boolean(a.required)));
  return startingWith(query, ranked, (option) => ({ label: option.name, name: option.name, must: option.required, note: option.description, insert: `${option.name}:` }));
}

const holdsFile = (option) => attachedFiles().some((chip) => chip.option === option.name);

function startingWith(query, things, describe) {
  const wanted = query.toLowerCase();
  return things.map(describe).filter((line) => line.label.replace(/^[@#]/, "").toLowerCase().startsWith(wanted));
}

function offerValues({ option, query }) {
  if (option.choices?.length) return startingWith(query, option.choices, (choice) => ({ label: choice.name, insert: `${quoted(choice.name)} ` }));
  if (option.type === 5) return startingWith(query, ["true", "false"], (word) => ({ label: word, note: word === "true" ? "yes" : "no", insert: `${word} ` }));
  if (option.type === 6 || option.type === 9) return startingWith(query, everybody(), (person) => ({ label: `@${person.name}`, insert: `${quoted(`@${person.name}`)} ` }));
  if (option.type === 8) return startingWith(query, state.roles, (role) => ({ label: `@${role.name}`, insert: `${quoted(role.name)} ` }));
  if (option.type === 7) return startingWith(query, channelsHere(), (channel) => ({ label: `#${channel.name}`, insert: `#${channel.name} ` }));
  return option.type === ATTACHMENT ? offerFiles(query) : [];
}

function offerFiles(query) {
  const held = attachedFiles().map((chip) => ({ label: chip.name, note: "attached", insert: `${quoted(chip.name)} ` }));
  const samples = state.samples.map((sample) => ({ label: sample.name, note: sample.title, picture: sample.url, insert: `${sample.name} ` }));
  const open = { label: "A file of yours…", act: () => list.wiring.chooseFile() };
  const wanted = query.toLowerCase();
  return [...[...held, ...samples].filter((line) => line.label.toLowerCase().startsWith(wanted)), open];
}

function askServer(place) {
  const box = find("composer");
  const { pieces } = readPieces(box.value, matchEntry(box.value, [place.entry]).from);
  const options = pieces.filter((piece) => isCarried(piece, place)).map((piece) => asOption(piece, place));
  const frame = { type: "autocomplete", nonce: nonce(), persona: state.persona, channel_id: state.channel, name: place.entry.path, options };
  const sameQuestion = list.place?.kind === "value" && list.place.option === place.option;
  if (!sameQuestion) show([], place);
  list.place = place;
  list.asked = frame.nonce;
  clearTimeout(list.timer);
  list.timer = setTimeout(() => list.wiring.send(frame), ASK_AFTER);
}

function isCarried(piece, place) {
  const option = place.entry.options.find((one) => one.name === piece.name);
  return option && option.type !== ATTACHMENT && (piece.value || option === place.option);
}

const asOption = (piece, place) => (piece.name === place.option.name ? { name: piece.name, value: piece.value, focused: true } : { name: piece.name, value: piece.value });

/** Takes the choices that the bot sent for the last question; older answers are ignored. */
export function takeChoices({ nonce: answered, choices }) {
  if (answered !== list.asked || list.place?.kind !== "value") return;
  const { option } = list.place;
  show(choices.map((choice) => choiceLine(option, choice)), list.place);
}

const remembered = new Map();

/** Returns the value that an offered text stands for, or undefined when the text was never offered. */
export const recallChoice = (option, text) => remembered.get(`${option.name}:${text}`);

/* The value itself is typed where it can be read ("high · faces" stands for high), else the name stands for it. */
function choiceLine(option, { name, value }) {
  const readable = name.toLowerCase().startsWith(String(value).toLowerCase());
  const text = readable ? String(value) : name;
  remembered.set(`${option.name}:${text}`, value);
  return { label: name, insert: `${quoted(text)} ` };
}

function show(lines, place) {
  list.lines = lines;
  list.place = place;
  list.active = -1;
  if (!place) clearTimeout(list.timer);
  const box = find("composer");
  find("picker").hidden = lines.length === 0;
  box.setAttribute("aria-expanded", String(lines.length > 0));
  box.removeAttribute("aria-activedescendant");
  if (!lines.length) return find("picker-list").replaceChildren();
  find("picker-title").textContent = titleOf(place);
  find("picker-list").replaceChildren(...lines.map(lineElement));
  find("picker-list").scrollTop = 0;
}

function titleOf(place) {
  if (place.kind === "command") return "Commands";
  if (place.kind === "mention") return "People";
  if (place.kind === "option") return `/${place.entry.path}: options`;
  return place.option.description ? `${place.option.name}: ${place.option.description}` : place.option.name;
}

function lineElement(line, index) {
  const [head, ...tail] = line.label.split(" · ");
  const words = tail.length ? tail.join(" · ") : line.note;
  const label = make("span", { class: "line-label" }, head, line.must ? make("span", { class: "must", title: "required" }, "*") : null);
  const image = line.picture ? make("img", { src: line.picture, alt: "" }) : null;
  const take = (event) => {
    event.preventDefault();
    accept(index);
  };
  return make("li", { role: "option", id: `line-${index}`, "aria-selected": "false", "data-testid": "picker-line", "data-value": line.label, on: { mousedown: take } }, image, label, words ? make("span", { class: "line-note" }, words) : null);
}

/** Handles a key of the composer; returns whether it belonged to the list. */
export function handlePickerKey(event) {
  if (!list.lines.length) return false;
  const verb = KEYS[event.key];
  if (!verb || event.shiftKey || !verb(event)) return false;
  event.preventDefault();
  return true;
}

const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Tab: () => accept(Math.max(0, list.active)),
  Enter: () => {
    if (list.active >= 0) return accept(list.active);
    return isHalfCommand() && accept(0);
  },
  Escape: () => {
    closePicker();
    return true;
  },
};

/* "/dr" and Enter takes the first command; a text that names one already is left to run. */
function isHalfCommand() {
  return list.place.kind === "command" && list.place.query.trim() !== "" && !matchEntry(find("composer").value.trim(), state.entries) && list.lines[0].label.startsWith(`/${list.place.query.trim().toLowerCase()}`);
}

function move(step) {
  const count = list.lines.length;
  list.active = list.active < 0 ? (step > 0 ? 0 : count - 1) : (list.active + step + count) % count;
  for (const [index, node] of [...find("picker-list").children].entries()) {
    node.setAttribute("aria-selected", String(index === list.active));
    if (index === list.active) node.scrollIntoView({ block: "nearest" });
  }
  find("composer").setAttribute("aria-activedescendant", `line-${list.active}`);
  return true;
}

function accept(index) {
  const line = list.lines[index];
  const { start, end } = list.place;
  const box = find("composer");
  box.focus();
  if (line.act) line.act();
  else {
    const after = box.value.slice(end).replace(/^ /, "");
    box.value = `${box.value.slice(0, start)}${line.insert}${after}`;
    const caret = start + line.insert.length;
    box.setSelectionRange(caret, caret);
  }
  list.wiring.changed();
  return true;
}
