/**
 * The Lab drawer and the short notices: `(text) => line`.
 */

import { find, make } from "./dom.js";
import { currentPersona, nameOf, state } from "./state.js";

const LANGUAGES = [["en-US", "English"], ["de", "Deutsch"], ["es-ES", "Español"], ["fr", "Français"], ["pt-BR", "Português"], ["ja", "日本語"]];
const MOST_LINES = 200;
const NOTICE_MS = 9000;
const BREATH_MS = 1500;

/** Wires the drawer; `send(frame)` carries what its buttons ask for. */
export function installLab(send) {
  find("lab-toggle").addEventListener("click", () => toggle(find("lab").hidden));
  find("lab-close").addEventListener("click", () => toggle(false));
  find("lab").addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  wireButton("lab-crash", "crash_engine", send);
  wireButton("lab-restart", "restart_bot", send);
  wireLanguage("lab-person", "person", send);
  wireLanguage("lab-server", "server", send);
}

function wireLanguage(id, whose, send) {
  const choice = find(id);
  choice.append(...LANGUAGES.map(([value, name]) => make("option", { value }, name)));
  choice.addEventListener("change", () => {
    if (send({ type: "speak", persona: state.persona, channel_id: state.channel, whose, locale: choice.value })) return;
    logLine("The playground is not answering. Try again when it is back.");
    drawLanguages();
  });
}

/** Shows in the drawer which languages the current persona and the server speak. */
export function drawLanguages() {
  find("tongue-person").textContent = `${nameOf(currentPersona())}'s`;
  find("lab-person").value = currentPersona().locale;
  find("lab-server").value = state.server.locale;
}

function wireButton(id, action, send) {
  const button = find(id);
  button.addEventListener("click", () => {
    if (!send({ type: "lab", action })) return logLine("The playground is not answering. Try again when it is back.");
    button.setAttribute("aria-busy", "true");
    return setTimeout(() => button.removeAttribute("aria-busy"), BREATH_MS);
  });
}

function toggle(open) {
  find("lab").hidden = !open;
  find("lab-toggle").setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("with-lab", open);
  (open ? find("lab-crash") : find("lab-toggle")).focus();
}

/** Adds a line to the log of the drawer. */
export function logLine(text) {
  const log = find("lab-log");
  const now = new Date().toLocaleTimeString("en-GB");
  log.append(make("li", {}, make("time", {}, now), " ", text));
  while (log.children.length > MOST_LINES) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}

/** Shows a short notice above the composer. */
export function toast(text) {
  const note = make("div", { class: "toast", "data-testid": "toast" }, make("p", {}, text));
  const leave = () => note.remove();
  note.append(make("button", { type: "button", class: "tool small", "aria-label": "Close this notice", on: { click: leave } }, make("span", { class: "glyph cross", "aria-hidden": "true" })));
  find("toasts").append(note);
  setTimeout(leave, NOTICE_MS);
}
