/**
 * One picture, large: `(figure) => void`. Escape or a press beside it closes it.
 */

import { find, make } from "./dom.js";

/** Opens the picture of a figure made by picture.js. */
export function enlarge(figure) {
  const { src, alt, name } = figure.dataset;
  if (!src) return;
  const box = find("lightbox");
  const close = make("button", { type: "button", class: "act secondary", "data-testid": "lightbox-close", on: { click: () => box.close() } }, "Close");
  const save = make("a", { class: "act primary", href: src, download: name || "dream.png", "data-testid": "download" }, "Download");
  box.replaceChildren(
    make("figure", {}, make("img", { src, alt, style: { "--ratio": figure.style.getPropertyValue("--ratio") || 1 } }), make("figcaption", {}, make("span", {}, alt || name), make("span", { class: "lightbox-acts" }, save, close))),
  );
  box.showModal();
  close.focus();
}

/** Wires the closing by a press beside the picture. */
export function installLightbox() {
  const box = find("lightbox");
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => box.replaceChildren());
}
