/**
 * Building and mending the document: `(tag, attributes, children) => element` and `(old element, wanted element) => element`.
 *
 * Data never becomes markup: strings enter the document only as text nodes and attribute values, so nothing that a
 * message says can run. Styles are set through the CSS object model, which the content security policy allows.
 */

/** Returns a new element; `style` takes an object of CSS properties, `on` one of listeners; null attributes are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "style") {
    for (const [property, setting] of Object.entries(value)) element.style.setProperty(property, setting);
  } else if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Returns the element of the page with this id. */
export const find = (id) => document.getElementById(id);

const painters = new Map();

/** Lets elements of a class mend themselves: `painter(current, wanted)` replaces the plain comparison for them. */
export function mendWith(className, painter) {
  painters.set(className, painter);
}

/** Changes the children of `current` into those of `wanted`, keeping every element that can stay (focus, pictures). */
export function mendChildren(current, wanted) {
  const pool = [...current.childNodes];
  let cursor = current.firstChild;
  for (const next of [...wanted.childNodes]) {
    const index = pool.findIndex((old) => isSameKind(old, next));
    if (index < 0) {
      current.insertBefore(next, cursor);
      continue;
    }
    const [match] = pool.splice(index, 1);
    if (match === cursor) cursor = cursor.nextSibling;
    else current.insertBefore(match, cursor);
    mend(match, next);
  }
  for (const old of pool) old.remove();
}

function isSameKind(old, next) {
  if (old.nodeName !== next.nodeName) return false;
  return old.nodeType !== Node.ELEMENT_NODE || old.dataset.key === next.dataset.key;
}

function mend(current, wanted) {
  if (current.nodeType !== Node.ELEMENT_NODE) {
    if (current.data !== wanted.data) current.data = wanted.data;
    return;
  }
  for (const [className, painter] of painters) {
    if (current.classList.contains(className) && wanted.classList.contains(className)) return void painter(current, wanted);
  }
  mendAttributes(current, wanted);
  mendChildren(current, wanted);
}

function mendAttributes(current, wanted) {
  for (const { name } of [...current.attributes]) {
    if (!wanted.hasAttribute(name) && name !== "open") current.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name === "style") current.style.cssText = wanted.style.cssText;
    else if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
}
