/**
 * Pictures that never make the page jump: `(media) => figure`.
 *
 * A figure holds the aspect ratio of its picture before a byte of it has arrived. When an edit brings a new picture, the
 * old one stays until the new one is decoded, then the two cross-fade in the same box.
 */

import { make, mendWith } from "./dom.js";

const SAME_SHAPE = 0.03;

/** Returns a pressable picture. `media` is `{url, width, height, alt, name}`; sizes in pixels, may be missing. */
export function picture({ url, width, height, alt, name }, extra = {}) {
  const measured = width > 0 && height > 0;
  const figure = make(
    "button",
    {
      type: "button",
      class: measured ? "picture" : "picture unmeasured",
      "data-action": "enlarge",
      "data-testid": "picture",
      "data-src": url,
      "data-alt": alt ?? "",
      "data-name": name ?? "",
      "aria-label": alt ? `Picture: ${alt}. Enlarge` : "Picture. Enlarge",
      style: measured ? { "--ratio": width / height, "--natural": `${width}px` } : {},
      ...extra,
    },
    layer(url, alt),
  );
  return figure;
}

/** Returns a film that plays when asked; the same media as `picture`. */
export const film = ({ url, width, height, alt }) =>
  make("video", { class: "film", src: url, controls: true, loop: true, muted: true, playsinline: true, preload: "metadata", "aria-label": alt || "Film", style: { "--ratio": width > 0 && height > 0 ? width / height : 1 } });

const layer = (url, alt) => make("img", { class: "layer", src: url, alt: alt ?? "", decoding: "async", draggable: "false" });

async function repaint(current, wanted) {
  const changed = pathOf(current.dataset.src) !== pathOf(wanted.dataset.src);
  for (const name of ["data-src", "data-alt", "data-name", "aria-label", "data-key"]) {
    if (wanted.hasAttribute(name)) current.setAttribute(name, wanted.getAttribute(name));
  }
  if (current.lastElementChild) current.lastElementChild.alt = wanted.dataset.alt;
  if (!changed) return;
  const fresh = layer(wanted.dataset.src, wanted.dataset.alt);
  const shape = Number(wanted.style.getPropertyValue("--ratio"));
  if (await isDecoded(fresh)) crossFade(current, fresh, shape);
}

/* The query is a signature that is renewed; the path says which picture it is. */
const pathOf = (address) => address.split("?")[0];

async function isDecoded(image) {
  try {
    await image.decode();
    return true;
  } catch {
    return false;
  }
}

function crossFade(figure, fresh, shape) {
  const overtaken = pathOf(new URL(figure.dataset.src, location.href).href) !== pathOf(fresh.src);
  if (overtaken || !figure.isConnected) return;
  reshape(figure, shape || fresh.naturalWidth / fresh.naturalHeight);
  const older = [...figure.querySelectorAll(".layer")];
  fresh.classList.add("arriving");
  figure.append(fresh);
  const settle = () => {
    fresh.classList.remove("arriving");
    for (const image of older) image.remove();
  };
  fresh.addEventListener("animationend", settle, { once: true });
  setTimeout(settle, 900);
}

/* Previews are rounded to whole pixels: a box that is nearly right is left alone. */
function reshape(figure, ratio) {
  const held = Number(figure.style.getPropertyValue("--ratio"));
  if (!ratio || (held && Math.abs(held - ratio) / ratio < SAME_SHAPE)) return;
  figure.style.setProperty("--ratio", ratio);
  figure.classList.remove("unmeasured");
}

function measure(event) {
  const figure = event.target.closest?.(".picture.unmeasured");
  if (figure && event.target.naturalWidth) {
    figure.style.setProperty("--natural", `${event.target.naturalWidth}px`);
    reshape(figure, event.target.naturalWidth / event.target.naturalHeight);
  }
}

/** Starts the two habits above: measuring pictures of unknown size, and cross-fading edits. */
export function installPictures() {
  mendWith("picture", repaint);
  document.addEventListener("load", measure, true);
}
