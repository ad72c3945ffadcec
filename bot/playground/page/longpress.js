/**
 * A finger that stays: `(open) => void`. Some phones tell a page nothing of that, so it is timed here.
 */

const HOLD_MS = 500;
const DRIFT = 10;

/** Calls `open(target, point)` where a finger rests; the tap that would follow does nothing. */
export function installLongPress(open) {
  const press = { timer: 0, x: 0, y: 0, held: false };
  const cancel = () => clearTimeout(press.timer);
  addEventListener("pointerdown", (event) => {
    cancel();
    Object.assign(press, { x: event.clientX, y: event.clientY, held: false });
    if (event.pointerType !== "touch") return;
    press.timer = setTimeout(() => (press.held = open(event.target, { x: press.x, y: press.y })), HOLD_MS);
  });
  addEventListener("pointermove", (event) => Math.hypot(event.clientX - press.x, event.clientY - press.y) > DRIFT && cancel());
  for (const end of ["pointerup", "pointercancel", "scroll", "contextmenu"]) addEventListener(end, cancel, true);
  addEventListener("click", (event) => swallow(press, event), true);
}

function swallow(press, event) {
  if (!press.held) return;
  press.held = false;
  event.preventDefault();
  event.stopPropagation();
}
