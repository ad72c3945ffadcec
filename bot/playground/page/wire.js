/**
 * The line to the playground server: `(listeners) => send`.
 *
 * Opens the one WebSocket, hands every frame to `onFrame`, reconnects by itself with growing pauses (0.5 to 5 s) and
 * tells `onState` about it. `upload` puts bytes on the server and returns what it stored.
 */

const PAUSES = [500, 1000, 2000, 3000, 5000];

/** Connects for as long as the page lives. Returns `{send, retry}`; `send` answers false while there is no line. */
export function connect(onFrame, onState) {
  const line = { socket: null, failures: 0, timer: 0 };
  const open = () => openSocket(line, open, onFrame, onState);
  open();
  return {
    send: (frame) => sendFrame(line, frame),
    retry: () => {
      clearTimeout(line.timer);
      open();
    },
  };
}

function openSocket(line, reopen, onFrame, onState) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/play/ws`);
  line.socket = socket;
  socket.addEventListener("message", (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === "hello") {
      line.failures = 0;
      onState({ connected: true });
    }
    onFrame(frame);
  });
  socket.addEventListener("close", () => {
    if (line.socket !== socket) return;
    const pause = PAUSES[Math.min(line.failures++, PAUSES.length - 1)];
    line.timer = setTimeout(reopen, pause);
    onState({ connected: false, pause });
  });
}

function sendFrame(line, frame) {
  if (line.socket?.readyState !== WebSocket.OPEN) return false;
  line.socket.send(JSON.stringify(frame));
  return true;
}

/** Stores a file or blob on the server. Returns `{upload_id, url, filename, size, content_type}`; throws with a sentence. */
export async function upload(blob, filename) {
  const response = await fetch(`/play/uploads?filename=${encodeURIComponent(filename)}`, { method: "POST", body: blob });
  if (response.ok) return response.json();
  throw new Error((await readReason(response)) || "The playground did not take this file. Try a smaller one.");
}

async function readReason(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).message;
  } catch {
    return response.headers.get("content-type")?.startsWith("text/plain") ? text.slice(0, 200) : "";
  }
}

let counter = 0;

/** Returns a fresh name for a request, at most 25 characters. */
export const nonce = () => `${Date.now().toString(36)}-${(counter++).toString(36)}`;
