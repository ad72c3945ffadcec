/**
 * A small menu at a place on the page: `(items, anchor) => void`. Arrow keys, Home, End, Enter and Escape work in it.
 */

import { find, make } from "./dom.js";

const EDGE = 8;
let origin = null;

/** Opens a menu of `{label, note?, run}` items at a point or below an element. */
export function openMenu(title, items, anchor) {
  const menu = find("menu");
  origin = document.activeElement;
  menu.setAttribute("aria-label", title);
  menu.replaceChildren(make("p", { class: "menu-title", role: "presentation" }, title), ...items.map(itemElement));
  menu.hidden = false;
  place(menu, anchor);
  menu.querySelector('[role="menuitem"]')?.focus({ preventScroll: true });
}

function itemElement({ label, note, run }) {
  const act = () => {
    closeMenu();
    run();
  };
  return make("button", { type: "button", role: "menuitem", tabindex: "-1", "data-testid": "menu-item", on: { click: act } }, make("span", {}, label), note ? make("small", {}, note) : null);
}

function place(menu, anchor) {
  const { width, height } = menu.getBoundingClientRect();
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : { left: anchor.x, bottom: anchor.y, top: anchor.y };
  const below = box.bottom + 4 + height < innerHeight;
  menu.style.left = `${Math.max(EDGE, Math.min(box.left, innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, below ? box.bottom + 4 : box.top - height - 4)}px`;
}

/** Closes the menu and gives the focus back. */
export function closeMenu() {
  const menu = find("menu");
  if (menu.hidden) return;
  const inside = menu.contains(document.activeElement);
  menu.hidden = true;
  if (inside) origin?.focus?.({ preventScroll: true });
}

const STEPS = { ArrowDown: (at, count) => (at + 1) % count, ArrowUp: (at, count) => (at - 1 + count) % count, Home: () => 0, End: (_, count) => count - 1 };

/** Wires the keys of the menu and its closing. */
export function installMenu() {
  const menu = find("menu");
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll('[role="menuitem"]')];
    const step = STEPS[event.key];
    if (step) items[step(items.indexOf(document.activeElement), items.length)].focus();
    else if (event.key === "Escape" || event.key === "Tab") closeMenu();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  addEventListener("pointerdown", (event) => menu.contains(event.target) || closeMenu());
  addEventListener("resize", closeMenu);
}
