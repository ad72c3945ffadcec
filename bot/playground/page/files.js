/**
 * The pictures that wait beside the composer: `(file or sample) => chip`, uploaded as soon as they are attached.
 */

import { find, make } from "./dom.js";
import { state } from "./state.js";
import { upload } from "./wire.js";

const MOST = 10;
const chips = [];
let changed = () => {};

/** Calls `listener` whenever the attached files change. */
export function watchFiles(listener) {
  changed = listener;
}

/** Returns the attached files, first attached first: `{name, ready, stored, problem}`. */
export const attachedFiles = () => [...chips];

/** Attaches files from this computer. Returns their chips. */
export const attachFiles = (files) => [...files].map((file) => addChip(file.name || "pasted.png", async () => file));

/** Attaches a sample photo by its name. Returns its chip. */
export function attachSample(name) {
  const sample = state.samples.find((one) => one.name === name);
  return sample ? addChip(fileNameOf(sample), () => fetchSample(sample)) : null;
}

const fileNameOf = (sample) => sample.url.split("?")[0].split("/").pop();

async function fetchSample(sample) {
  const response = await fetch(sample.url);
  if (!response.ok) throw new Error(`The photo “${sample.title}” did not load. Click it again.`);
  return response.blob();
}

/** Stores a sample without a chip, for commands that name one. Returns the stored file. */
export async function storeSample(sample) {
  return upload(await fetchSample(sample), fileNameOf(sample));
}

function addChip(name, read) {
  const chip = { name, stored: null, problem: "", preview: "", option: "" };
  if (chips.length >= MOST) chip.problem = `At most ${MOST} files fit in one message. Remove one first.`;
  chips.push(chip);
  chip.ready = chip.problem ? Promise.resolve(chip) : storeChip(chip, read);
  drawFiles();
  return chip;
}

async function storeChip(chip, read) {
  try {
    const blob = await read();
    chip.preview = /^image\//.test(blob.type) ? URL.createObjectURL(blob) : "";
    drawFiles();
    chip.stored = await upload(blob, chip.name);
  } catch (error) {
    chip.problem = error instanceof TypeError ? "This file did not arrive: the playground is not answering. Remove it and attach it again." : error.message;
  }
  drawFiles();
  return chip;
}

/** Removes a chip and forgets its preview. */
export function dropChip(chip) {
  const index = chips.indexOf(chip);
  if (index >= 0) chips.splice(index, 1);
  if (chip.preview) URL.revokeObjectURL(chip.preview);
  drawFiles();
}

/** Removes these chips, after they were sent. */
export function dropChips(sent) {
  for (const chip of sent) dropChip(chip);
}

/** Draws the row of attached files and tells the listener. */
export function drawFiles() {
  changed(chips);
  const row = find("attached");
  row.hidden = chips.length === 0;
  row.replaceChildren(...chips.map(chipElement));
}

function chipElement(chip) {
  const face = chip.preview ? make("img", { src: chip.preview, alt: "" }) : make("span", { class: "glyph sheet", "aria-hidden": "true" });
  const status = chip.problem || (chip.stored ? "" : "attaching…");
  const remove = make("button", { type: "button", class: "tool small", "aria-label": `Remove ${chip.name}`, on: { click: () => removeByHand(chip) } }, make("span", { class: "glyph cross", "aria-hidden": "true" }));
  return make(
    "li",
    { class: chip.problem ? "chip bad" : "chip", "data-testid": "attach-chip", "data-file": chip.name, "data-ready": chip.stored ? "true" : "false" },
    face,
    make("span", { class: "chip-words" }, chip.option ? make("b", {}, chip.option) : null, make("span", {}, chip.name), status ? make("i", {}, status) : null),
    remove,
  );
}

function removeByHand(chip) {
  dropChip(chip);
  find("composer").focus();
}
