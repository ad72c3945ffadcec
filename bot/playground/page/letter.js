/**
 * The form that a bot asks to be filled in: `(modal frame) => dialog`. The browser's own dialog keeps the focus inside.
 */

import { choicesOf, lookup } from "./components.js";
import { find, make } from "./dom.js";
import { markdown } from "./markdown.js";
import { state } from "./state.js";
import { storeSample } from "./files.js";
import { upload } from "./wire.js";

/** Shows a form; `submit(fields)` hears what was filled in, as the wire wants it. */
export function openLetter(frame, submit) {
  const letter = find("letter");
  const readers = [];
  const parts = (frame.components ?? []).map((part) => partElement(part, readers));
  const complaint = make("p", { class: "hint", role: "alert" });
  const form = make(
    "form",
    { method: "dialog", novalidate: true },
    make("h2", { id: "letter-title" }, frame.title),
    make("div", { class: "letter-parts" }, parts),
    complaint,
    make("div", { class: "letter-acts" }, make("button", { type: "button", class: "act secondary", on: { click: () => letter.close() } }, "Cancel"), make("button", { type: "submit", class: "act primary", "data-testid": "modal-submit" }, "Submit")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trySubmit(letter, readers, complaint, submit);
  });
  if (letter.open) letter.close();
  letter.replaceChildren(form);
  letter.showModal();
  form.querySelector("input, textarea, select, button")?.focus();
}

async function trySubmit(letter, readers, complaint, submit) {
  complaint.textContent = "";
  try {
    const fields = [];
    for (const read of readers) fields.push(await read());
    submit(fields);
    letter.close();
  } catch (error) {
    complaint.textContent = error.message;
  }
}

function partElement(part, readers) {
  if (part.type === 10) return make("div", { class: "words" }, markdown(part.content ?? "", lookup));
  if (part.type === 1) return make("div", { class: "letter-row" }, (part.components ?? []).map((inner) => fieldElement(inner, { label: inner.label }, readers)));
  return fieldElement(part.component ?? part, part, readers);
}

let fields = 0;

function fieldElement(part, { label, description }, readers) {
  const build = FIELDS[part.type];
  if (!build) return null;
  const id = `field-${fields++}`;
  const { node, read } = build(part, id, label ?? "");
  readers.push(read);
  const must = part.required !== false && part.type !== 23 ? make("span", { class: "must", title: "required" }, "*") : null;
  const isGroup = [19, 21, 22].includes(part.type);
  const name = label ? make(isGroup ? "legend" : "label", isGroup ? {} : { for: id }, label, must) : null;
  const note = description ? make("p", { class: "field-note", id: `${id}-note` }, description) : null;
  return make(isGroup ? "fieldset" : "div", { class: "letter-field", "data-field": part.custom_id }, name, note, node);
}

const FIELDS = { 3: menuField, 4: textField, 5: menuField, 6: menuField, 7: menuField, 8: menuField, 19: fileField, 21: radioField, 22: tickField, 23: boxField };

function textField(part, id, label) {
  const long = part.style === 2;
  const node = make(long ? "textarea" : "input", { id, class: "blank", type: long ? null : "text", rows: long ? 4 : null, maxlength: part.max_length, placeholder: part.placeholder, "aria-describedby": `${id}-note`, "aria-required": part.required !== false ? "true" : null });
  node.value = part.value ?? "";
  const read = () => {
    const { value } = node;
    if (!value && part.required !== false) throw new Error(`Fill in “${label}” first.`);
    if (value && part.min_length && value.length < part.min_length) throw new Error(`“${label}” needs at least ${part.min_length} characters.`);
    return { custom_id: part.custom_id, value };
  };
  return { node, read };
}

function menuField(part, id, label) {
  const several = (part.max_values ?? 1) > 1;
  const choices = choicesOf(part);
  const blank = several ? null : make("option", { value: "" }, part.placeholder || "Choose one");
  const node = make("select", { id, class: several ? "choose tall" : "choose", multiple: several }, blank, choices.map((choice) => make("option", { value: choice.value, selected: Boolean(choice.default) }, choice.description ? `${choice.label} · ${choice.description}` : choice.label)));
  const read = () => bounded(part, label, [...node.selectedOptions].map((option) => option.value).filter(Boolean));
  return { node, read };
}

function bounded(part, label, values) {
  const least = part.min_values ?? (part.required === false ? 0 : 1);
  const most = part.max_values ?? 1;
  if (values.length < least && (values.length || part.required !== false)) throw new Error(`Choose at least ${least} for “${label}”.`);
  if (values.length > most) throw new Error(`Choose at most ${most} for “${label}”.`);
  return { custom_id: part.custom_id, values };
}

const tick = (type, name, { value, label, description, default: chosen }) =>
  make("label", { class: "tick" }, make("input", { type, name, value, checked: Boolean(chosen) }), make("span", {}, label, description ? make("small", {}, description) : null));

function radioField(part, id, label) {
  const node = make("div", { class: "ticks" }, (part.options ?? []).map((option) => tick("radio", id, option)));
  const read = () => {
    const value = node.querySelector("input:checked")?.value ?? null;
    if (value === null && part.required !== false) throw new Error(`Choose one for “${label}”.`);
    return { custom_id: part.custom_id, value };
  };
  return { node, read };
}

function tickField(part, id, label) {
  const node = make("div", { class: "ticks" }, (part.options ?? []).map((option) => tick("checkbox", id, option)));
  const read = () => bounded({ ...part, max_values: part.max_values ?? part.options?.length }, label, [...node.querySelectorAll("input:checked")].map((box) => box.value));
  return { node, read };
}

function boxField(part, id) {
  const node = make("input", { type: "checkbox", id, checked: Boolean(part.default) });
  return { node, read: () => ({ custom_id: part.custom_id, value: node.checked }) };
}

function fileField(part, id, label) {
  const most = part.max_values ?? 1;
  const picked = [];
  const chosen = make("ul", { class: "attached" });
  const draw = () => chosen.replaceChildren(...picked.map((one) => pickedElement(one, picked, draw)));
  const add = (name, store) => {
    if (picked.length >= most) picked.shift();
    picked.push({ name, store });
    draw();
  };
  const input = make("input", { type: "file", id, multiple: most > 1, "aria-label": label || "Pictures" });
  input.addEventListener("change", () => {
    for (const file of input.files) add(file.name, () => upload(file, file.name));
    input.value = "";
  });
  const samples = state.samples.map((sample) => make("button", { type: "button", class: "thumb-pick", "aria-label": `Use ${sample.title}`, title: sample.title, on: { click: () => add(sample.name, () => storeSample(sample)) } }, make("img", { src: sample.url, alt: "" })));
  const node = make("div", { class: "letter-files" }, input, make("div", { class: "thumb-picks" }, samples), chosen);
  takeDrops(node, add);
  return { node, read: () => readFiles(part, label, picked) };
}

function takeDrops(node, add) {
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer.files) add(file.name, () => upload(file, file.name));
  });
}

function pickedElement(one, picked, draw) {
  const remove = () => {
    picked.splice(picked.indexOf(one), 1);
    draw();
  };
  return make("li", { class: "chip" }, make("span", { class: "chip-words" }, one.name), make("button", { type: "button", class: "tool small", "aria-label": `Remove ${one.name}`, on: { click: remove } }, make("span", { class: "glyph cross", "aria-hidden": "true" })));
}

async function readFiles(part, label, picked) {
  const least = part.min_values ?? (part.required === false ? 0 : 1);
  if (picked.length < least && (picked.length || part.required !== false)) throw new Error(`Choose ${least === 1 ? "a picture" : `${least} pictures`} for “${label}”.`);
  const stored = await Promise.all(picked.map((one) => one.store()));
  return { custom_id: part.custom_id, upload_ids: stored.map((file) => file.upload_id) };
}
