/**
 * Reading what somebody types after a slash: `(text, entries) => reading`. No document, no network in here.
 *
 * An entry is one runnable command, subcommands included: `{path: "preset save", description, options, command}`.
 * Options are written `name:value` or `name:"a value with spaces"`; a value without quotes runs to the next option.
 */

const KIND = { text: 3, whole: 4, yesno: 5, person: 6, channel: 7, number: 10, attachment: 11 };
const OPTION = /(?<=^|\s)([\p{L}\p{N}_-]{1,32}):(?!\/\/)/gu;

/** The option kind that takes a file. */
export const ATTACHMENT = KIND.attachment;

/** Returns commands with their descriptions and choices in a locale, as far as they are translated. */
export function localize(parts, locale) {
  return parts.map((part) => ({
    ...part,
    description: part.description_localizations?.[locale] ?? part.description,
    options: part.options && localize(part.options, locale),
    choices: part.choices?.map((one) => ({ ...one, name: one.name_localizations?.[locale] ?? one.name })),
  }));
}

/** Returns every runnable entry of the registered commands. */
export function flatten(commands) {
  return commands.filter((command) => (command.type ?? 1) === 1).flatMap((command) => unfold(command, command.name, command));
}

function unfold(node, path, command) {
  const inner = (node.options ?? []).filter((option) => option.type === 1 || option.type === 2);
  if (inner.length) return inner.flatMap((option) => unfold(option, `${path} ${option.name}`, command));
  return [{ path, description: node.description ?? "", options: node.options ?? [], command }];
}

/** Returns the entry that a text begins with and where its options start, or null. */
export function matchEntry(text, entries) {
  const typed = text.toLowerCase();
  const fits = entries.filter(({ path }) => typed.startsWith(`/${path}`) && /^(\s|$)/.test(typed.slice(path.length + 1)));
  const entry = fits.sort((a, b) => b.path.length - a.path.length)[0];
  return entry ? { entry, from: entry.path.length + 1 } : null;
}

/** Returns the `name:value` pieces of a text from an index on: `{pieces, stray}`; `stray` are words outside any option. */
export function readPieces(text, from) {
  const pieces = [];
  const stray = [];
  let at = from;
  while (at < text.length) {
    OPTION.lastIndex = at;
    const found = OPTION.exec(text);
    const gap = text.slice(at, found ? found.index : text.length).trim();
    if (gap) stray.push(gap);
    if (!found) break;
    const piece = readValue(text, found);
    pieces.push(piece);
    at = piece.end;
  }
  return { pieces, stray };
}

function readValue(text, found) {
  const begin = found.index + found[0].length;
  const piece = { name: found[1].toLowerCase(), start: found.index, begin };
  if (text[begin] === '"') {
    const close = text.indexOf('"', begin + 1);
    const end = close < 0 ? text.length : close + 1;
    return { ...piece, value: text.slice(begin + 1, close < 0 ? text.length : close), end };
  }
  OPTION.lastIndex = begin;
  const next = OPTION.exec(text);
  const end = next ? next.index : text.length;
  return { ...piece, value: text.slice(begin, end).trim(), end };
}

/** Returns a value as it must be typed: in quotes when it holds a space or a colon. */
export const quoted = (value) => (/[\s:"]/.test(String(value)) ? `"${String(value).replaceAll('"', "'")}"` : String(value));

/**
 * Returns what the caret stands on, for the picker: `{kind: "command" | "option" | "value" | "mention", query, start, end,
 * entry?, option?}`, or null when there is nothing to offer.
 */
export function placeOf(text, caret, entries) {
  if (!text.startsWith("/")) return mentionPlace(text, caret);
  const before = text.slice(0, caret);
  const matched = matchEntry(text, entries);
  if (!matched || caret <= matched.from) return commandPlace(before, entries);
  const { pieces } = readPieces(text, matched.from);
  const piece = pieces.find((one) => caret >= one.begin && (caret < one.end || (caret === one.end && !/\s$/.test(text.slice(one.begin, one.end)))));
  const option = piece && matched.entry.options.find((one) => one.name === piece.name);
  if (option) return { kind: "value", entry: matched.entry, option, query: piece.value, start: piece.begin, end: trimEnd(text, piece) };
  return optionPlace(text, caret, matched, pieces);
}

const trimEnd = (text, piece) => piece.begin + text.slice(piece.begin, piece.end).trimEnd().length;

function mentionPlace(text, caret) {
  const found = /(?:^|\s)@([\p{L}\p{N}_.-]*)$/u.exec(text.slice(0, caret));
  return found ? { kind: "mention", query: found[1], start: caret - found[1].length - 1, end: caret } : null;
}

function commandPlace(before, entries) {
  const query = before.slice(1);
  const isPossible = entries.some(({ path }) => path.includes(query.trim().toLowerCase()));
  return isPossible || !query.includes(" ") ? { kind: "command", query, start: 0, end: before.length } : null;
}

function optionPlace(text, caret, { entry, from }, pieces) {
  const found = /(?:^|\s)([\p{L}\p{N}_-]*)$/u.exec(text.slice(from, caret));
  if (!found) return null;
  const used = new Set(pieces.map((piece) => piece.name));
  return { kind: "option", entry, query: found[1], start: caret - found[1].length, end: caret, used };
}

/** Returns the entries that fit a query, best first. */
export function rankEntries(entries, query) {
  const wanted = query.trim().toLowerCase();
  const score = ({ path, description }) =>
    path.startsWith(wanted) ? 0 : path.split(" ").some((word) => word.startsWith(wanted)) ? 1 : path.includes(wanted) ? 2 : wanted.length > 2 && description.toLowerCase().includes(wanted) ? 3 : 9;
  return entries.map((entry) => [score(entry), entry]).filter(([rank]) => rank < 9).sort((a, b) => a[0] - b[0]).map(([, entry]) => entry);
}

/** Returns the word of a list that is nearest to a mistyped one, or null when none is near. */
export function nearest(word, list) {
  const ranked = list.map((other) => [distance(word.toLowerCase(), other.toLowerCase()), other]).sort((a, b) => a[0] - b[0]);
  return ranked.length && ranked[0][0] <= Math.max(2, Math.floor(word.length / 3)) ? ranked[0][1] : null;
}

/* Wagner & Fischer 1974, two rows. */
function distance(left, right) {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[right.length];
}

/**
 * Reads a whole typed command. Returns `{entry, options: [{name, value, option}]}` or `{problem, fix?}`: a sentence that
 * says what to do and, where there is one, the text to type instead. `cast(option, raw)` supplies people and files.
 */
export function readCommand(text, entries, cast) {
  const matched = matchEntry(text.trim(), entries);
  if (!matched) return unknownCommand(text.trim(), entries);
  const { entry, from } = matched;
  const { pieces, stray } = readPieces(text.trim(), from);
  if (stray.length) return strayWords(entry, stray[0]);
  const options = [];
  for (const piece of pieces) {
    const option = entry.options.find((one) => one.name === piece.name);
    if (!option) return unknownOption(text, entry, piece);
    if (options.some((one) => one.name === option.name)) return { problem: `You gave ${option.name} twice. Keep one of them.` };
    const { value, problem } = convert(option, piece.value, cast);
    if (problem) return { problem };
    options.push({ name: option.name, value, option });
  }
  return { entry, options };
}

function unknownCommand(text, entries) {
  const typed = text.slice(1);
  const family = entries.filter(({ path }) => path.startsWith(`${typed.split(/\s/)[0].toLowerCase()} `));
  if (family.length) return { problem: `Choose one: ${family.map(({ path }) => `/${path}`).join(", ")}.`, fix: `/${family[0].path} ` };
  const word = typed.split(/\s/)[0];
  const near = nearest(word, [...new Set(entries.map(({ path }) => path.split(" ")[0]))]);
  if (near) return { problem: `There is no command /${word}. Did you mean /${near}? Correct it and press Enter.`, fix: `/${near}${text.slice(word.length + 1)}` };
  return { problem: `There is no command /${word}. Type / alone to see every command.` };
}

function unknownOption(text, entry, piece) {
  const names = entry.options.map((option) => option.name);
  if (!names.length) return { problem: `/${entry.path} takes no options. Remove “${piece.name}:” and press Enter.` };
  const near = nearest(piece.name, names);
  if (near) return { problem: `/${entry.path} has no option “${piece.name}”. Did you mean ${near}:? Correct it and press Enter.`, fix: text.replace(`${piece.name}:`, `${near}:`) };
  return { problem: `/${entry.path} has no option “${piece.name}”. Use one of: ${names.join(", ")}.` };
}

function strayWords(entry, words) {
  const short = words.length > 30 ? `${words.slice(0, 29)}…` : words;
  const likely = entry.options.find((option) => option.required && option.type !== KIND.attachment) ?? entry.options.find((option) => option.type === KIND.text);
  if (!likely) return { problem: `/${entry.path} does not take “${short}”. Remove it and press Enter.` };
  return { problem: `Say which option “${short}” is for, like ${likely.name}:${quoted(short)}.`, fix: `/${entry.path} ${likely.name}:${quoted(words)}` };
}

function convert(option, raw, cast) {
  if (!raw && option.type !== KIND.attachment) return { problem: `${option.name}: has no value yet. Write it right after the colon, or remove ${option.name}:.` };
  if (option.choices?.length) return chosen(option, raw);
  if (option.type === KIND.whole || option.type === KIND.number) return numeric(option, raw);
  if (option.type === KIND.yesno) return yesNo(option, raw);
  if (option.type === KIND.text) return measured(option, cast(option, raw) ?? { value: raw });
  return cast(option, raw) ?? { value: raw };
}

function chosen(option, raw) {
  const typed = raw.toLowerCase();
  const choice = option.choices.find((one) => String(one.value).toLowerCase() === typed || one.name.toLowerCase() === typed);
  if (choice) return { value: choice.value };
  return { problem: `${option.name} is one of: ${option.choices.map((one) => one.name).join(", ")}. You wrote “${raw}”.` };
}

function numeric(option, raw) {
  const whole = option.type === KIND.whole;
  const value = Number(raw.replace(",", "."));
  const fits = whole ? /^[+-]?\d+$/.test(raw) : raw.trim() !== "" && Number.isFinite(value);
  const low = option.min_value ?? -Infinity;
  const high = option.max_value ?? Infinity;
  if (fits && value >= low && value <= high) return { value };
  return { problem: `${option.name} is a ${whole ? "whole number" : "number"}${rangeWords(option)}. You wrote “${raw}”.` };
}

function rangeWords({ min_value: low, max_value: high }) {
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  return high !== undefined ? ` of at most ${high}` : "";
}

function yesNo(option, raw) {
  if (/^(true|yes|on|1)$/i.test(raw)) return { value: true };
  if (/^(false|no|off|0)$/i.test(raw)) return { value: false };
  return { problem: `${option.name} is true or false. You wrote “${raw}”.` };
}

function measured(option, { value, problem }) {
  if (problem) return { problem };
  const length = String(value).length;
  if (option.max_length && length > option.max_length) return { problem: `${option.name} holds at most ${option.max_length} characters; this has ${length}. Shorten it.` };
  if (option.min_length && length < option.min_length) return { problem: `${option.name} needs at least ${option.min_length} characters. Write a little more.` };
  return { value };
}
