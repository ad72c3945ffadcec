// Shows numbered frames, each a closer look at the one before, as one even motion.
"use strict";

const AHEAD = 4;         // frames that wait here
const CUSHION = 2;       // as many wait when it moves exactly as fast as is dreamed
const HINT_MS = 5000;
const STILL_MS = 2000;   // the mouse vanishes

const canvas = document.getElementById("view");
const brush = canvas.getContext("2d", { alpha: false });
const words = document.getElementById("words");
const frames = new Map();
const state = { next: 0, place: 0, rate: 0.5, paused: false, arrived: 0, factor: 1, turn: 0, seen: 0 };

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function say(text) {
  words.textContent = text;
  words.classList.toggle("away", !text);
}

async function fetchFrame() {
  const answer = await fetch(`frame/${state.next}`);
  if (answer.status === 204) return;
  if (!answer.ok) throw new Error(answer.statusText);
  const number = Number(answer.headers.get("X-Frame"));
  const picture = await createImageBitmap(await answer.blob());
  const jumped = number !== state.next;
  if (jumped || !frames.size) state.place = number;
  if (jumped) frames.clear();
  frames.set(number, picture);
  state.next = number + 1;
  measure(performance.now());
}

// The rate at which frames come, smoothed; a pause is no part of it.
function measure(now) {
  if (state.arrived && frames.size <= AHEAD) {
    const seconds = Math.max(0.02, (now - state.arrived) / 1000);
    state.rate += 0.25 * (Math.min(30, 1 / seconds) - state.rate);
  }
  state.arrived = now;
}

async function fill() {
  for (;;) {
    if (state.paused || frames.size > AHEAD) {
      state.arrived = 0;
      await wait(50);
      continue;
    }
    try {
      await fetchFrame();
    } catch (error) {
      say("The dream has ended. Start pareidolia screen again, then reload this page.");
      await wait(2000);
    }
  }
}

// How far the view has moved since the last picture: slower where few frames wait, so that it never stops short.
function advance(seconds) {
  const waiting = state.next - 1 - state.place;
  const pace = Math.min(1.5, Math.max(0, waiting / CUSHION));
  state.place = Math.min(state.next - 1, state.place + state.rate * pace * seconds);
  for (const number of frames.keys()) if (number < Math.floor(state.place)) drop(number);
}

function drop(number) {
  frames.get(number).close();
  frames.delete(number);
}

// One frame, `ahead` frames before (below 0) or after it is seen as it was dreamed.
function paint(picture, ahead, opacity) {
  const aspect = Math.max(picture.width / picture.height, picture.height / picture.width);
  const cover = Math.max(canvas.width / picture.width, canvas.height / picture.height);
  const margin = state.factor * (1 + aspect * Math.abs(Math.sin(state.turn)));
  const scale = cover * margin * Math.pow(state.factor, ahead);
  brush.globalAlpha = opacity;
  brush.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height / 2);
  brush.rotate(state.turn * ahead);
  brush.drawImage(picture, -picture.width / 2, -picture.height / 2);
}

function draw() {
  const number = Math.floor(state.place);
  const part = state.place - number;
  const now = frames.get(number);
  const later = frames.get(number + 1);
  if (now) paint(now, part, 1);
  if (now && later) paint(later, part - 1, part * part * (3 - 2 * part));
}

function fit() {
  canvas.width = Math.round(innerWidth * devicePixelRatio);
  canvas.height = Math.round(innerHeight * devicePixelRatio);
  brush.imageSmoothingQuality = "high";
}

let before = 0;
function tick(now) {
  if (!state.paused) advance(Math.min(0.1, (now - before) / 1000));
  before = now;
  draw();
  document.body.dataset.place = state.place.toFixed(3);
  requestAnimationFrame(tick);
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}

function togglePause() {
  state.paused = !state.paused;
  say(state.paused ? "Paused · space: go on" : "");
}

addEventListener("keydown", (event) => {
  if (event.key === "f") toggleFullScreen();
  else if (event.key === " ") togglePause();
  else return;
  event.preventDefault();
});
addEventListener("dblclick", toggleFullScreen);
addEventListener("resize", fit);
let still = 0;
addEventListener("mousemove", () => {
  document.body.classList.remove("still");
  clearTimeout(still);
  still = setTimeout(() => document.body.classList.add("still"), STILL_MS);
});

async function begin() {
  fit();
  Object.assign(state, await (await fetch("motion")).json());
  navigator.wakeLock?.request("screen").catch(() => {});
  fill();
  requestAnimationFrame(tick);
  while (!frames.size) await wait(50);
  say("f: full screen · space: pause");
  await wait(HINT_MS);
  if (!state.paused) say("");
}
begin();
