/**
 * The composer: what is typed, dropped or pasted becomes a command or a message.
 *
 * Enter runs. A text that begins with a slash is read by commands.js against what the bot registered; anything else is
 * said. Attached pictures fill the attachment options of a command in order, `image` first.
 *
 * Longer than most files: what is read, sent, kept and given back is one text in one box.
 */

import { ATTACHMENT, matchEntry, readCommand, readPieces } from "./commands.js";
import { find, make } from "./dom.js";
import { keepDraft, readDraft } from "./drafts.js";
import { attachedFiles, attachFiles, attachSample, drawFiles, dropChips, storeSample, watchFiles } from "./files.js";
import { closePicker, handlePickerKey, installPicker, recallChoice, refreshPicker } from "./picker.js";
import { authorOf, summary } from "./message.js";
import { everybody, isUsableHere, openChannel, state, visibleChannels } from "./state.js";
import { nonce } from "./wire.js";

const SAMPLE = "application/x-sample";
const desk = { send: () => false, replyTo: null, ping: true, last: "", busy: false, channel: null, sent: null, fix: "", onSent: () => {} };

/** Wires the composer. `send(frame)` answers false without a connection; `onSent(kind)` hears "command" or "say". */
export function installComposer(send, onSent) {
  Object.assign(desk, { send, onSent });
  const box = find("composer");
  box.addEventListener("input", () => {
    hint("");
    settle();
  });
  box.addEventListener("keydown", onKey);
  box.addEventListener("click", () => refreshPicker());
  box.addEventListener("blur", () => setTimeout(() => document.activeElement !== box && closePicker(), 120));
  find("send").addEventListener("click", () => run());
  find("attach").addEventListener("click", () => find("file").click());
  find("file").addEventListener("change", takeChosen);
  installPicker({ send, changed: settle, attachSample, chooseFile: () => find("file").click() });
  watchFiles(assignFiles);
  installDrops();
}

function takeChosen(event) {
  attachFiles(event.target.files);
  event.target.value = "";
  find("composer").focus();
}

/** Puts a text into the composer and the caret behind it. */
export function fillComposer(text) {
  const box = find("composer");
  box.value = text;
  box.focus();
  box.setSelectionRange(text.length, text.length);
  hint("");
  settle();
}

/** Adds a text where the caret is. */
export function insertText(text) {
  const box = find("composer");
  box.focus();
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  settle();
}

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

function grow(box) {
  if (GROWS_BY_ITSELF) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** Fits everything around the text to the text: height, option strip, files, picker. */
export function settle() {
  grow(find("composer"));
  keepDraft(desk.channel, find("composer").value);
  drawFiles();
  drawStrip();
  refreshPicker();
}

/** Says a sentence under the composer; an empty one clears it. `fix` is a text that one key press puts in place. */
export function hint(words, fix = "") {
  desk.fix = fix;
  const place = find("hint");
  const mend = fix ? make("button", { type: "button", class: "plain", "data-testid": "fix", on: { click: () => fillComposer(fix) } }, "Correct it") : null;
  place.replaceChildren(...[words, words && mend ? " " : null, mend].filter(Boolean));
}

function onKey(event) {
  if (event.isComposing) return;
  if (handlePickerKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    run();
  } else if (event.key === "Escape") {
    replyTo(null);
    hint("");
  } else if (event.key === "ArrowUp" && !event.target.value && desk.last) {
    event.preventDefault();
    fillComposer(desk.last);
  }
}

/** Runs or says what the composer holds, once its files have arrived. */
export async function run() {
  const text = find("composer").value.trim();
  if (desk.busy) return;
  if (!state.connected) return hint("The playground is not answering. Your text stays here; press Enter again when it is back.");
  hold(true);
  try {
    await (text.startsWith("/") ? runCommand(text) : say(text));
  } finally {
    hold(false);
  }
}

/* What was sent must be what was read: the text stands still while the files arrive. */
function hold(busy) {
  desk.busy = busy;
  find("composer").readOnly = busy;
  find("send").toggleAttribute("aria-busy", busy);
  if (busy) find("send").setAttribute("aria-busy", "true");
}

async function say(text) {
  if (!text && !attachedFiles().length) return hint("Type a message, or / for a command, then press Enter.");
  const chips = await arrivedFiles();
  if (!chips) return;
  const frame = { type: "say", persona: state.persona, channel_id: state.channel, content: withMentions(text), upload_ids: chips.map((chip) => chip.stored.upload_id) };
  if (desk.replyTo) Object.assign(frame, { reply_to: desk.replyTo, ping: desk.ping });
  finish(frame, text, chips, "say");
}

async function arrivedFiles() {
  const chips = await Promise.all(attachedFiles().map((chip) => chip.ready));
  const bad = chips.find((chip) => chip.problem);
  if (bad) hint(`${bad.name}: ${bad.problem}`);
  return bad ? null : chips;
}

async function runCommand(text) {
  const usable = state.entries.filter(({ command }) => isUsableHere(command));
  if (!state.bot.online) return hint(`${state.bot.username} is offline. Your text stays here; press Enter again when it is back online.`);
  if (!state.entries.length) return hint("The bot has not brought its commands yet. Wait a moment, then press Enter again.");
  const elsewhere = matchEntry(text, state.entries);
  if (elsewhere && !isUsableHere(elsewhere.entry.command)) return hint(`/${elsewhere.entry.path} does not work in this conversation. Open another channel and type it there.`);
  const reading = readCommand(text, usable, cast);
  if (reading.problem) return hint(reading.problem, reading.fix);
  const chips = await arrivedFiles();
  if (!chips) return;
  const problem = await fillFiles(reading, chips);
  if (problem) return hint(problem);
  const missing = reading.entry.options.find((option) => option.required && !reading.options.some((one) => one.name === option.name));
  if (missing) return askFor(missing, reading.entry, text);
  const options = reading.options.map(({ name, value }) => ({ name, value }));
  finish({ type: "command", nonce: nonce(), persona: state.persona, channel_id: state.channel, command_type: 1, name: reading.entry.path, options }, text, chips, "command");
}

function askFor(option, entry, text) {
  if (option.type === ATTACHMENT) return hint(`/${entry.path} needs ${option.name}. Drop a file here, or click one of the samples, then press Enter.`);
  fillComposer(`${text} ${option.name}:`);
  return hint(`/${entry.path} needs ${option.name}: ${option.description || "write it after the colon"}.`);
}

/* Files named in the text come first, then the chips fill what is left, in the order in which they were attached. */
async function fillFiles(reading, chips) {
  const left = [...chips];
  for (const one of reading.options.filter(({ option }) => option.type === ATTACHMENT)) {
    const named = takeNamed(left, one.value);
    const sample = named ? null : findSample(one.value);
    if (!named && !sample && one.value) return `There is no file called “${one.value}” here. Drop it into the page, or name one of: ${state.samples.map((held) => held.name).join(", ")}.`;
    const stored = named?.stored ?? (sample ? await storeSample(sample) : left.shift()?.stored);
    if (!stored) return `${one.name}: has no picture yet. Drop one here, or remove ${one.name}:.`;
    one.value = { upload_id: stored.upload_id };
  }
  for (const option of freeSlots(reading)) {
    if (left.length) reading.options.push({ name: option.name, value: { upload_id: left.shift().stored.upload_id }, option });
  }
  if (!left.length) return "";
  const slots = reading.entry.options.filter((option) => option.type === ATTACHMENT).length;
  return slots ? `/${reading.entry.path} takes ${slots === 1 ? "one picture" : `${slots} pictures`}. Remove ${left[0].name} and press Enter.` : `/${reading.entry.path} takes no picture. Remove ${left[0].name} and press Enter.`;
}

function freeSlots(reading) {
  const taken = new Set(reading.options.map(({ name }) => name));
  return fileSlots(reading.entry).filter((option) => !taken.has(option.name));
}

const fileSlots = (entry) => entry.options.filter((option) => option.type === ATTACHMENT).sort((a, b) => (b.name === "image") - (a.name === "image"));

function takeNamed(chips, name) {
  const index = chips.findIndex((chip) => chip.name === name);
  return index < 0 ? null : chips.splice(index, 1)[0];
}

const findSample = (name) => state.samples.find((sample) => sample.name === name || sample.url.endsWith(`/${name}`));

/* People, channels and remembered choices: what commands.js cannot know. Null means: take the text as it is. */
function cast(option, raw) {
  if (option.type === 6 || option.type === 9) return castPerson(option, raw);
  if (option.type === 7) return castChannel(option, raw);
  if (option.type === 8) return { value: raw };
  const kept = recallChoice(option, raw);
  return kept === undefined ? null : { value: kept };
}

function castPerson(option, raw) {
  const typed = raw.replace(/^<@!?(\d+)>$|^@/, "$1").toLowerCase();
  const person = everybody().find((one) => one.id === typed || one.name.toLowerCase() === typed);
  if (person) return { value: person.id };
  return { problem: `${option.name} is one of: ${everybody().map((one) => one.name).join(", ")}. You wrote “${raw}”.` };
}

function castChannel(option, raw) {
  const typed = raw.replace(/^<#(\d+)>$|^#/, "$1").toLowerCase();
  const channel = visibleChannels().find((one) => one.id === typed || one.name.toLowerCase() === typed);
  if (channel) return { value: channel.id };
  return { problem: `${option.name} is one of: ${visibleChannels().map((one) => one.name).join(", ")}. You wrote “${raw}”.` };
}

function withMentions(text) {
  const people = everybody().sort((a, b) => b.name.length - a.name.length);
  return people.reduce((words, { id, name }) => words.replace(new RegExp(`(^|\\s)@${escapePattern(name)}(?![\\p{L}\\p{N}_])`, "giu"), `$1<@${id}>`), text);
}

const escapePattern = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function finish(frame, text, chips, kind) {
  if (!desk.send(frame)) return hint("The playground is not answering. Your text stays here; press Enter again when it is back.");
  desk.last = text;
  desk.sent = { nonce: frame.nonce, text };
  replyTo(null);
  dropChips(chips);
  fillComposer("");
  desk.onSent(kind, frame);
}

/** Puts a command that came to nothing back into the empty composer. */
export function giveBack(nonce) {
  if (!nonce || desk.sent?.nonce !== nonce || find("composer").value) return;
  fillComposer(desk.sent.text);
}

/** Sends a context menu command on a message (type 3) or a person (type 2). */
export function runOnTarget(command, target) {
  const frame = { type: "command", nonce: nonce(), persona: state.persona, channel_id: state.channel, command_type: command.type, name: command.name, options: [], target_id: target };
  if (!desk.send(frame)) return hint("The playground is not answering. Try again when it is back.");
  return desk.onSent("command", frame);
}

/* A reply calls whom it answers unless that is turned off; oneself one does not call. */
function pingToggle(message) {
  const { id, name } = authorOf(message);
  if (id === state.persona) return null;
  const face = () => (desk.ping ? "@ ON" : "@ OFF");
  const turn = ({ currentTarget: button }) => {
    desk.ping = !desk.ping;
    button.textContent = face();
    button.setAttribute("aria-pressed", String(desk.ping));
  };
  return make("button", { type: "button", class: "plain ping", "data-testid": "ping", "aria-pressed": "true", "aria-label": `Mention ${name}`, title: `Mention ${name}`, on: { click: turn } }, face());
}

/** Makes the next message a reply to this one; null makes it none. */
export function replyTo(message) {
  desk.replyTo = message?.id ?? null;
  desk.ping = true;
  const bar = find("replying");
  bar.hidden = !message;
  if (!message) return bar.replaceChildren();
  const cancel = make("button", { type: "button", class: "tool small", "aria-label": "Do not reply", on: { click: () => replyTo(null) } }, make("span", { class: "glyph cross", "aria-hidden": "true" }));
  bar.replaceChildren(...["Replying to ", make("b", {}, authorOf(message).name), make("span", { class: "replying-words" }, summary(message, 60)), pingToggle(message), cancel].filter(Boolean));
  return find("composer").focus();
}

/* Each channel has its own draft, as in Discord; what is typed before the first greeting belongs to the first channel. */
function takeDraft(channel) {
  if (desk.channel === channel) return;
  const isFirst = desk.channel === null;
  desk.channel = channel;
  const box = find("composer");
  if (!isFirst || !box.value) box.value = readDraft(channel);
}

/** Draws what depends on the open channel and persona. */
export function drawComposer() {
  const channel = openChannel();
  if (!channel) return;
  takeDraft(channel.id);
  find("composer").placeholder = "Write, or type / for a command";
  settle();
}

function assignFiles(chips) {
  const matched = matchEntry(find("composer").value, state.entries);
  const slots = matched ? fileSlots(matched.entry) : [];
  for (const [index, chip] of chips.entries()) chip.option = slots[index]?.name ?? "";
}

function drawStrip() {
  const text = find("composer").value;
  const matched = matchEntry(text, state.entries);
  const strip = find("strip");
  strip.hidden = !matched || !matched.entry.options.length;
  if (strip.hidden) return strip.replaceChildren();
  const { pieces } = readPieces(text, matched.from);
  return strip.replaceChildren(...matched.entry.options.map((option) => optionChip(option, pieces)));
}

function optionChip(option, pieces) {
  const piece = pieces.find((one) => one.name === option.name);
  const chip = option.type === ATTACHMENT ? attachedFiles().find((one) => one.option === option.name) : null;
  const value = piece?.value || chip?.name || "";
  const label = `${option.name}${option.required ? ", required" : ""}. ${option.description ?? ""}`;
  return make(
    "button",
    { type: "button", class: value ? "option full" : "option", "data-option": option.name, title: option.description, "aria-label": value ? `${label} Now: ${value}` : label, on: { click: () => goToOption(option, piece) } },
    make("span", { class: "option-name" }, option.name, option.required ? make("span", { class: "must" }, "*") : null),
    value ? make("span", { class: "option-value" }, value) : null,
  );
}

function goToOption(option, piece) {
  const box = find("composer");
  if (piece) {
    box.focus();
    box.setSelectionRange(piece.begin, piece.begin + piece.value.length);
    return refreshPicker();
  }
  return fillComposer(`${box.value.trimEnd()} ${option.name}:`);
}

function installDrops() {
  let depth = 0;
  const show = (shown) => (find("dropzone").hidden = !shown);
  const carries = (event) => event.dataTransfer.types.some((type) => type === "Files" || type === SAMPLE);
  addEventListener("dragenter", (event) => carries(event) && show(++depth > 0));
  addEventListener("dragleave", (event) => carries(event) && show((depth = Math.max(0, depth - 1)) > 0));
  addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    show((depth = 0) > 0);
    if (!find("letter").open) takeTransfer(event.dataTransfer);
  });
  document.addEventListener("paste", (event) => {
    if (find("letter").open || !event.clipboardData.files.length) return;
    event.preventDefault();
    takeTransfer(event.clipboardData);
  });
}

function takeTransfer(transfer) {
  const sample = transfer.getData(SAMPLE);
  if (sample) attachSample(sample);
  else if (transfer.files.length) attachFiles(transfer.files);
  else return;
  find("composer").focus();
  settle();
}
