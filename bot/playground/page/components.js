/**
 * Message components to elements: `(components, message) => nodes`.
 *
 * Every pressable thing carries `data-action` and its place in the message; one listener in app.js acts on them, so that
 * mending a message after an edit never loses a handler.
 */

import { make } from "./dom.js";
import { markdown, ownAddress, parseUrl } from "./markdown.js";
import { film, picture } from "./picture.js";
import { channelsHere, everybody, findPerson, state } from "./state.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const FILM = /\.(mp4|webm)$/i;
const IMAGE = /\.(png|jpe?g|gif|webp|avif|bmp)$/i;

/** Names people and channels for the markdown. */
export const lookup = {
  role: (id) => state.roles.find((role) => role.id === id)?.name,
  person: findPerson,
  channel: (id) => state.channels.find((channel) => channel.id === id),
  get me() {
    return state.persona;
  },
};

const BUILDERS = {
  1: (part, where) => make("div", { class: "row" }, build(part.components, where)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: (part) => make("div", { class: "words" }, markdown(part.content ?? "", lookup)),
  11: thumbnail,
  12: gallery,
  13: filePart,
  14: (part) => make("hr", { class: `separator${part.divider === false ? " blank" : ""}${part.spacing === 2 ? " wide" : ""}` }),
  17: container,
};

/** Returns the elements of a list of components; unknown kinds are left out. */
export function build(parts, message) {
  const counts = {};
  return (parts ?? []).map((part) => {
    const node = BUILDERS[part.type]?.(part, message);
    if (!node) return null;
    const order = (counts[part.type] = (counts[part.type] ?? 0) + 1);
    node.dataset.key = part.custom_id ? `${part.type}:${part.custom_id}` : `${part.type}/${order}`;
    return node;
  });
}

function container(part, message) {
  const coloured = Number.isInteger(part.accent_color);
  const colour = coloured ? `#${part.accent_color.toString(16).padStart(6, "0")}` : null;
  const card = make("div", { class: "card", style: colour ? { "--accent-colour": colour } : {} }, build(part.components, message));
  return part.spoiler ? cover(card, message, `card${part.id ?? ""}`) : card;
}

function section(part, message) {
  return make("div", { class: "section" }, make("div", { class: "section-words" }, build(part.components, message)), build([part.accessory], message));
}

function thumbnail(part, message) {
  const media = resolve(part.media, message);
  const figure = picture({ ...media, alt: part.description }, { class: "picture thumb" });
  return part.spoiler ? cover(figure, message, media.url) : figure;
}

function gallery(part, message) {
  const items = (part.items ?? []).map((item, index) => {
    const figure = showing({ ...resolve(item.media, message), alt: item.description });
    const shown = item.spoiler ? cover(figure, message, `item${index}`) : figure;
    shown.dataset.key = `item/${index}`;
    return shown;
  });
  return make("div", { class: `gallery count-${items.length > 4 ? "many" : items.length}` }, items);
}

function filePart(part, message) {
  const media = resolve(part.file, message);
  const name = part.name ?? media.name ?? "file";
  return fileLink({ url: media.url, filename: name, size: part.size ?? media.size });
}

/** Returns a download line for an attachment `{url, filename, size}`. */
export function fileLink({ url, filename, size }) {
  const weight = size ? make("span", { class: "weight" }, bytes(size)) : null;
  return make("a", { class: "file", href: ownAddress(url), download: filename }, make("span", { class: "glyph sheet", "aria-hidden": "true" }), make("span", {}, filename), weight);
}

const bytes = (size) => (size < 1024 ? `${size} bytes` : size < 1048576 ? `${(size / 1024).toFixed(0)} KB` : `${(size / 1048576).toFixed(1)} MB`);

/* Only this server's addresses are ever loaded: a bot cannot make the page reach outside. */
function resolve(media, message) {
  const wanted = media?.url ?? "";
  const name = wanted.startsWith("attachment://") ? wanted.slice(13) : null;
  const held = (message.attachments ?? []).find((one) => (name ? one.filename === name : one.url === wanted));
  return {
    url: ownAddress(name ? held?.url : wanted),
    width: media?.width || held?.width,
    height: media?.height || held?.height,
    name: held?.filename ?? name ?? wanted.split("?")[0].split("/").pop(),
    size: held?.size,
  };
}

const showing = (media) => (FILM.test(media.name ?? "") ? film(media) : picture(media));

/** Returns an attachment as a picture, or as a file line when it is none. */
export function attachment(held, message) {
  if (FILM.test(held.filename ?? "")) return film({ ...held, url: ownAddress(held.url), alt: held.description });
  const isPicture = held.content_type?.startsWith("image/") || IMAGE.test(held.filename ?? "");
  if (!isPicture || !ownAddress(held.url)) return fileLink(held);
  const figure = picture({ url: ownAddress(held.url), width: held.width, height: held.height, alt: held.description, name: held.filename });
  figure.classList.add("snapshot");
  return held.filename?.startsWith("SPOILER_") ? cover(figure, message, held.id) : figure;
}

/** Returns an embed as a card. */
export function embed(one, message) {
  const colour = Number.isInteger(one.color) ? `#${one.color.toString(16).padStart(6, "0")}` : null;
  const line = (text, name) => (text ? make("div", { class: name }, markdown(text, lookup)) : null);
  const fields = (one.fields ?? []).map((field) =>
    make("div", { class: field.inline ? "field inline" : "field" }, line(field.name, "field-name"), line(field.value, "words")),
  );
  const image = one.image?.url ? picture({ ...resolve(one.image, message), alt: "" }) : null;
  if (one.type === "image" && one.thumbnail) return picture({ ...resolve({ ...one.thumbnail, url: one.thumbnail.proxy_url }, message), alt: "" });
  const small = one.thumbnail?.url ? picture({ ...resolve(one.thumbnail, message), alt: "" }, { class: "picture thumb" }) : null;
  const words = [line(one.author?.name, "embed-author"), line(one.title, "title title-3"), line(one.description, "words")];
  const body = small ? make("div", { class: "section" }, make("div", { class: "section-words" }, words), small) : words;
  return make("div", { class: "card", style: colour ? { "--accent-colour": colour } : {} }, body, fields.length ? make("div", { class: "fields" }, fields) : null, image, line(one.footer?.text, "subtext"));
}

function cover(node, message, part) {
  const key = `${message.id}/${part}`;
  if (state.revealed.has(key)) return make("div", { class: "covered" }, node);
  node.inert = true;
  return make("div", { class: "covered hidden" }, node, make("button", { type: "button", class: "uncover", "data-action": "reveal", "data-reveal": key }, "Hidden · click to show"));
}

function button(part, message) {
  const face = [part.emoji ? make("span", { class: "emoji", "aria-hidden": "true" }, part.emoji.id ? `:${part.emoji.name}:` : part.emoji.name) : null, part.label];
  const style = STYLES[part.style] ?? "secondary";
  if (part.style === 5) return linkButton(part, face);
  const busy = state.pressing === `${state.persona}/${message.id}/${part.custom_id}`;
  return make(
    "button",
    {
      type: "button",
      class: `act ${style}`,
      disabled: Boolean(part.disabled),
      "data-action": "press",
      "data-custom": part.custom_id,
      "data-component": 2,
      "aria-label": part.label ? null : (part.emoji?.name ?? "Button"),
      "aria-busy": busy ? "true" : null,
    },
    face,
  );
}

function linkButton(part, face) {
  const own = ownAddress(part.url);
  if (own) return make("a", { class: "act link", href: own, target: "_blank", rel: "noopener noreferrer" }, face);
  return make("button", { type: "button", class: "act link", disabled: Boolean(part.disabled), "data-action": "outside", "data-address": parseUrl(part.url ?? "")?.href ?? "" }, face);
}

/** Returns the choices of a select menu of any kind as `{value, label, description, default}`. */
export function choicesOf(part) {
  if (part.type === 3) return part.options ?? [];
  const chosen = new Set((part.default_values ?? []).map((one) => one.id));
  const offer = (value, label) => ({ value, label, default: chosen.has(value) });
  if (part.type === 8) return channelsHere().map((channel) => offer(channel.id, `#${channel.name}`));
  const people = everybody().map((person) => offer(person.id, person.name));
  const roles = state.roles.map((role) => offer(role.id, role.name));
  return { 5: people, 6: roles, 7: [...people, ...roles] }[part.type] ?? [];
}

function select(part, message) {
  const choices = choicesOf(part);
  const several = (part.max_values ?? 1) > 1 || part.min_values === 0;
  const place = { "data-custom": part.custom_id, "data-component": part.type };
  return several ? manySelect(part, choices, place) : oneSelect(part, choices, place, message);
}

function oneSelect(part, choices, place) {
  const chosen = choices.find((choice) => choice.default);
  const first = make("option", { value: "", disabled: true, selected: !chosen }, part.placeholder || "Choose one");
  const options = choices.map((choice) => make("option", { value: choice.value, selected: choice === chosen, title: choice.description }, optionWords(choice)));
  return make("select", { class: "choose", disabled: Boolean(part.disabled), "data-action": "choose", "aria-label": part.placeholder || "Choose one", ...place }, first, options);
}

const optionWords = (choice) => [choice.emoji && !choice.emoji.id ? `${choice.emoji.name} ` : "", choice.label, choice.description ? ` · ${choice.description}` : ""].join("");

function manySelect(part, choices, place) {
  const boxes = choices.map((choice) => make("label", { class: "tick" }, make("input", { type: "checkbox", value: choice.value, checked: Boolean(choice.default) }), make("span", {}, optionWords(choice))));
  const done = make("button", { type: "button", class: "act primary", "data-action": "choose-many", ...place, "data-min": part.min_values ?? 1, "data-max": part.max_values }, "Use these");
  return make("details", { class: "many" }, make("summary", {}, part.placeholder || "Choose some"), make("div", { class: "many-list" }, boxes, done));
}
