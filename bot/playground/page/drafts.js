/**
 * What outlives a reload of this page: `(channel) => the text that was typed there`, and where the reader was.
 *
 * Kept by the browser for this tab; where it keeps nothing, the page works without.
 */

const PLACE = "place";
const draftOf = (channel) => `draft/${channel}`;

/** Remembers the text of a channel's composer; an empty one is forgotten. */
export function keepDraft(channel, text) {
  if (channel) keep(draftOf(channel), text);
}

/** Returns the text that was typed in a channel and not sent. */
export const readDraft = (channel) => read(draftOf(channel));

/** Remembers who writes, and where. */
export const keepPlace = (persona, channel) => keep(PLACE, JSON.stringify({ persona, channel }));

/** Returns who wrote last, and where: `{persona, channel}`, or nothing. */
export function readPlace() {
  try {
    return JSON.parse(read(PLACE) || "{}");
  } catch {
    return {};
  }
}

function keep(name, text) {
  try {
    if (text) sessionStorage.setItem(name, text);
    else sessionStorage.removeItem(name);
  } catch {
    /* The browser keeps nothing: forbidden, or full. */
  }
}

function read(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}
