/**
 * Chat text to nodes: `(text, lookup) => nodes`. A subset of the chat markdown, built as elements, never as markup.
 *
 * `lookup` names people, channels and the current persona. Links become clickable only towards this very server, and
 * those to a message in one of its channels jump there, as in Discord; others stay text, because the playground opens nothing outside this machine.
 */

import { make } from "./dom.js";

const DEEPEST = 8;

const INLINE = [
  [/\\([^0-9A-Za-z\s])/y, (found) => found[1]],
  [/(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/y, (found) => make("code", {}, found[2].trim() || found[2])],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, (found) => timeNode(Number(found[1]), found[2] ?? "f")],
  [/<@!?(\d+)>/y, (found, lookup) => mentionNode(found[1], lookup)],
  [/<@&(\d+)>/y, (found, lookup) => make("span", { class: "mention" }, `@${lookup.role(found[1]) ?? "a role"}`)],
  [/<#(\d+)>/y, (found, lookup) => channelNode(found[1], lookup)],
  [/<\/([^:>]{1,100}):(\d+)>/y, (found) => commandNode(found[1])],
  [/<a?:(\w+):(\d+)>/y, (found) => make("img", { class: "own-emoji", src: `/cdn/emojis/${found[2]}.png`, alt: `:${found[1]}:`, title: `:${found[1]}:` })],
  [/@(everyone|here)\b/y, (found) => make("span", { class: "mention" }, `@${found[1]}`)],
  [/\[([^\]\n]{1,300})\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, (found, lookup) => linkNode(found[2], found[1], lookup)],
  [/<(https?:\/\/[^\s>]+)>/y, (found, lookup) => linkNode(found[1], found[1], lookup)],
  [/https?:\/\/[^\s<]*[^\s<.,:;!?'")\]]/y, (found, lookup) => linkNode(found[0], found[0], lookup)],
  [/\*\*\*([\s\S]+?)\*\*\*/y, (found, lookup, deep) => make("strong", {}, make("em", {}, inline(found[1], lookup, deep)))],
  [/\*\*([\s\S]+?)\*\*(?!\*)/y, (found, lookup, deep) => make("strong", {}, inline(found[1], lookup, deep))],
  [/__([\s\S]+?)__(?!_)/y, (found, lookup, deep) => make("u", {}, inline(found[1], lookup, deep))],
  [/\*(?!\s)([^*]+?)\*/y, (found, lookup, deep) => make("em", {}, inline(found[1], lookup, deep))],
  [/(?<!\w)_([^_]+?)_(?!\w)/y, (found, lookup, deep) => make("em", {}, inline(found[1], lookup, deep))],
  [/~~([\s\S]+?)~~/y, (found, lookup, deep) => make("s", {}, inline(found[1], lookup, deep))],
  [/\|\|([\s\S]+?)\|\|/y, (found, lookup, deep) => spoilerNode(inline(found[1], lookup, deep))],
];

/** Returns the nodes of a text. `lookup` is `{person(id), channel(id), me}`. */
export function markdown(text, lookup) {
  const nodes = [];
  for (const [index, part] of String(text).split(/```/).entries()) {
    if (index % 2) nodes.push(make("pre", {}, make("code", {}, part.replace(/^[\w+-]*\n/, "").replace(/\n$/, ""))));
    else if (part.trim()) nodes.push(...blocks(part.replace(/^\n|\n$/g, ""), lookup));
  }
  return nodes;
}

const LINE = [
  [/^(#{1,3}) +(.+)$/, (found, lookup) => make("p", { class: `title title-${found[1].length}` }, inline(found[2], lookup))],
  [/^-# +(.+)$/, (found, lookup) => make("p", { class: "subtext" }, inline(found[1], lookup))],
];

function blocks(text, lookup) {
  const nodes = [];
  const lines = text.split("\n");
  while (lines.length) {
    if (takeRun(lines, /^> ?/, (run) => nodes.push(make("blockquote", {}, broken(run, lookup))))) continue;
    if (takeRun(lines, /^\s*[-*] +/, (run) => nodes.push(listNode("ul", run, lookup)))) continue;
    if (takeRun(lines, /^\s*\d+\. +/, (run) => nodes.push(listNode("ol", run, lookup)))) continue;
    const special = LINE.map(([pattern, build]) => [lines[0].match(pattern), build]).find(([found]) => found);
    if (special) {
      lines.shift();
      nodes.push(special[1](special[0], lookup));
    } else nodes.push(paragraph(lines, lookup));
  }
  return nodes;
}

function takeRun(lines, pattern, use) {
  const run = [];
  while (lines.length && pattern.test(lines[0])) run.push(lines.shift().replace(pattern, ""));
  if (run.length) use(run);
  return run.length > 0;
}

const isSpecial = (line) => /^(> |#{1,3} |-# |\s*[-*] +|\s*\d+\. +)/.test(line);

function paragraph(lines, lookup) {
  const run = [lines.shift()];
  while (lines.length && !isSpecial(lines[0])) run.push(lines.shift());
  return make("p", {}, broken(run, lookup));
}

/* One inline pass over the joined lines, so that bold may span a line break. */
const broken = (lines, lookup) => inline(lines.join("\n"), lookup);

const listNode = (tag, items, lookup) => make(tag, {}, items.map((item) => make("li", {}, inline(item, lookup))));

function inline(text, lookup, depth = 0) {
  if (depth > DEEPEST) return [text];
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const hit = text[at] === "\n" ? null : firstMatch(text, at);
    if (hit) {
      flush();
      nodes.push(hit.build(hit.found, lookup, depth + 1));
      at += hit.found[0].length;
      continue;
    }
    if (text[at] === "\n") {
      flush();
      nodes.push(make("br"));
    } else plain += text[at];
    at += 1;
  }
  flush();
  return nodes.flat();
}

function firstMatch(text, at) {
  if (!/[\\`<@[h*_~|]/.test(text[at])) return null;
  for (const [pattern, build] of INLINE) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return { found, build };
  }
  return null;
}

/* A message's own address in Discord: the channel and the message. */
const MESSAGE_ADDRESS = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)$/;

function mentionNode(id, lookup) {
  const person = lookup.person(id);
  const mine = id === lookup.me;
  return make("span", { class: mine ? "mention mine" : "mention" }, `@${person ? person.name : "somebody"}`);
}

function channelNode(id, lookup) {
  const channel = lookup.channel(id);
  if (!channel) return make("span", { class: "mention" }, "#elsewhere");
  return make("button", { type: "button", class: "mention", "data-action": "channel", "data-channel": id }, `#${channel.name}`);
}

const commandNode = (name) =>
  make("button", { type: "button", class: "mention command", "data-action": "fill", "data-fill": `/${name} ` }, `/${name}`);

function linkNode(address, words, lookup) {
  const message = MESSAGE_ADDRESS.exec(address);
  const channel = message && lookup.channel(message[1]);
  if (channel) return make("button", { type: "button", class: "message-link", "data-action": "jump", "data-channel": channel.id, "data-target": message[2] }, words === address ? `#${channel.name} › message` : words);
  const own = ownAddress(address);
  if (own) return make("a", { href: own, target: "_blank", rel: "noopener noreferrer" }, words);
  return words === address ? make("span", { class: "link" }, address) : make("span", { class: "link" }, `${words} (${address})`);
}

/** Returns a URL object for an http(s) address, else null. */
export function parseUrl(address) {
  try {
    const url = new URL(address, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Returns an address of this very server as a path on the page's own origin, else "". */
export function ownAddress(address) {
  const url = parseUrl(address ?? "");
  if (!url || !address) return "";
  const isHere = url.origin === location.origin || (LOOPBACK.has(url.hostname) && url.port === location.port && LOOPBACK.has(location.hostname));
  return isHere ? `${location.origin}${url.pathname}${url.search}` : "";
}

const spoilerNode = (nodes) =>
  make("button", { type: "button", class: "spoiler-text", "data-action": "uncover", "aria-label": "Hidden text, click to show" }, nodes);

const FORMATS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const STEPS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function timeNode(unix, format) {
  const moment = new Date(unix * 1000);
  if (Number.isNaN(moment.getTime())) return `<t:${unix}>`;
  const full = moment.toLocaleString("en-GB", FORMATS.F);
  return make("time", { datetime: moment.toISOString(), title: full, "data-unix": unix, "data-format": format }, timeWords(unix, format));
}

function timeWords(unix, format) {
  if (format !== "R") return new Date(unix * 1000).toLocaleString("en-GB", FORMATS[format]);
  const seconds = Math.round(unix - Date.now() / 1000);
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS.at(-1);
  return relative.format(Math.trunc(seconds / length), unit);
}

/** Rewrites every relative time on the page; call it once a second. */
export function refreshTimes() {
  for (const node of document.querySelectorAll('time[data-format="R"]')) {
    const words = timeWords(Number(node.dataset.unix), "R");
    if (node.textContent !== words) node.textContent = words;
  }
}
