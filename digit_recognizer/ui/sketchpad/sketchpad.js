/* The sheet of paper: turns pointers and keys into strokes, draws them, sends them, and keeps them
 * over a lost connection.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root),
 * `props` (its value and settings) and `trigger` (raises an event of the component). A stroke is a
 * list of [x, y] in units of the sheet's side. The server draws the same strokes with the same pen.
 */
/* global element, props, trigger */
const SEND_EVERY = 100; // milliseconds between two requests while the pen moves
const LEAST_GAP = 20; // milliseconds between any two requests, which could otherwise arrive in the wrong order
const NEAREST = 0.005; // points closer together than this are one
const DECIMALS = 1e4;
const KEYS = 'keys'; // draws in place of a pointer's number
const STEP = 0.05;
const SMALL_STEP = 0.01; // with Shift
const RESTED = 500; // milliseconds without a step until the position is announced
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TAP = 6; // pixels that a pointer moves at most in a tap, which leaves a picture on the sheet
const KEPT = 'digit-recognizer:sheet'; // the drawing, kept for its own tab and no longer than that is open

const canvas = element.querySelector('canvas');
const pen = canvas.getContext('2d');
const hint = element.querySelector('.sheet-hint');
const heard = element.querySelector('.sheet-heard'); // text for screen readers
const full = element.querySelector('.sheet-full');
const note = element.querySelector('.sheet-note');
const sheet = element.querySelector('.sheet');
const picture = element.querySelector('.sheet-picture');
const frameOfPicture = element.querySelector('.sheet-frame');
const image = element.querySelector('.sheet-picture img');
const undo = element.querySelector('#undo');
const clear = element.querySelector('#clear');

let strokes = [];
let former = []; // the drawings that Undo brings back
let pointer = null; // the pointer that draws now, or KEYS; all others are ignored
let isTouch = false; // whether that pointer is a finger, or the palm of a hand that holds a pen
let touched = null; // where a pointer went down on a picture: a tap, or the start of a stroke
let sendTimer = 0;
let sentAt = -SEND_EVERY;
let waiting = false; // for a connection, with a drawing that was not sent
let frame = 0;
const tip = element.querySelector('.sheet-pen');
const keysHint = element.querySelector('#sheet-keys');
const held = new Set(); // two arrows held together move the pen diagonally
let at = [0.5, 0.5];
let trail = null; // every position since the pen was put down
let restTimer = 0;

/* The picture of the strokes. */

function paint() {
  frame = 0;
  const side = canvas.width;
  pen.clearRect(0, 0, side, side);
  pen.lineCap = pen.lineJoin = 'round';
  pen.lineWidth = props.pen_width * side;
  pen.strokeStyle = getComputedStyle(canvas).color;
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(stroke[0][0] * side, stroke[0][1] * side);
    for (let i = 1; i < stroke.length - 1; i += 1) {
      const [x, y] = stroke[i];
      const [nextX, nextY] = stroke[i + 1];
      pen.quadraticCurveTo(x * side, y * side, ((x + nextX) / 2) * side, ((y + nextY) / 2) * side);
    }
    const [x, y] = stroke[stroke.length - 1];
    pen.lineTo(x * side, y * side);
    pen.stroke();
  }
}

function repaint() {
  if (!frame) frame = requestAnimationFrame(paint);
}

function resize() {
  const side = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
  if (side && side !== canvas.width) {
    canvas.width = canvas.height = side;
    paint(); // at once: setting the size has wiped the canvas
  }
}

function refresh() {
  const isUsed = strokes.length > 0 || hasPicture();
  sheet.dataset.holds = strokes.length ? 'drawing' : hasPicture() ? 'picture' : 'nothing';
  hint.hidden = isUsed || usesKeys();
  keysHint.hidden = isUsed || !usesKeys();
  full.hidden = !isFull();
  undo.disabled = former.length === 0;
  clear.disabled = !isUsed;
  repaint();
}

function lengthOf(stroke) {
  let length = 0;
  for (let i = 1; i < stroke.length; i += 1) {
    length += Math.hypot(stroke[i][0] - stroke[i - 1][0], stroke[i][1] - stroke[i - 1][1]);
  }
  return length;
}

function isFull() {
  const sum = (measure) => strokes.reduce((all, stroke) => all + measure(stroke), 0);
  return (
    sum((stroke) => stroke.length) >= props.max_points ||
    sum(lengthOf) >= props.max_length ||
    (!pointer && strokes.length >= props.max_strokes)
  );
}

/* Sending. */

function deliver() {
  sendTimer = 0;
  sentAt = performance.now();
  waiting = !navigator.onLine;
  if (waiting) return;
  props.value = strokes.map((stroke) => stroke.slice());
  trigger('input');
}

function sendAfter(gap) {
  clearTimeout(sendTimer);
  sendTimer = setTimeout(deliver, Math.max(0, sentAt + gap - performance.now()));
}

function send() {
  sendAfter(LEAST_GAP);
}

function sendSoon() {
  if (!sendTimer) sendAfter(SEND_EVERY);
}

function round(share) {
  return Math.round(Math.min(2, Math.max(-1, share)) * DECIMALS) / DECIMALS;
}

/* Pointers. */

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [round((event.clientX - box.left) / box.width), round((event.clientY - box.top) / box.height)];
}

function extend(event) {
  const stroke = strokes[strokes.length - 1];
  const [x, y] = place(event);
  const [lastX, lastY] = stroke[stroke.length - 1];
  if (Math.hypot(x - lastX, y - lastY) >= NEAREST && !isFull()) stroke.push([x, y]);
}

function begin(by, point) {
  dropPicture();
  note.hidden = true;
  former.push(strokes);
  strokes = [...strokes, [point]];
  pointer = by;
  refresh();
  sendSoon();
}

function finish() {
  pointer = null;
  refresh();
  send();
}

/* A pen takes over from the palm that landed before it, whose stroke goes. */
function takeOver() {
  strokes = former.pop();
  pointer = null;
}

function start(event) {
  if (event.button === 0) liftKeys();
  if (event.pointerType === 'pen' && isTouch && pointer !== null) takeOver();
  if (pointer !== null || event.button !== 0 || isFull()) return;
  canvas.setPointerCapture(event.pointerId);
  if (hasPicture()) touched = { id: event.pointerId, x: event.clientX, y: event.clientY, event };
  else draw(event);
}

function draw(event) {
  isTouch = event.pointerType === 'touch';
  begin(event.pointerId, place(event));
}

function move(event) {
  if (event.pointerId === touched?.id) {
    if (Math.hypot(event.clientX - touched.x, event.clientY - touched.y) <= TAP) return;
    draw(touched.event);
    touched = null;
  }
  if (event.pointerId !== pointer) return;
  const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of events.length ? events : [event]) extend(each);
  repaint();
  sendSoon();
}

function end(event) {
  if (event.pointerId === touched?.id) touched = null;
  if (event.pointerId !== pointer) return;
  if (event.type === 'pointerup') extend(event);
  finish();
}

/* iPad's Scribble swallows quick strokes of a pencil whose touches are not prevented when they move,
 * too: https://mikepk.com/2020/10/iOS-safari-scribble-bug/. Fingers need no more than `touchstart`. */
function keepFromScribble(event) {
  if ([...event.changedTouches].some((touch) => touch.touchType === 'stylus')) event.preventDefault();
}

function takeBack() {
  liftKeys();
  if (pointer !== null || former.length === 0) return;
  strokes = former.pop();
  dropPicture();
  heard.textContent = props.heard_undo;
  refresh();
  send();
}

function wipe() {
  liftKeys();
  if (pointer !== null || clear.disabled) return;
  if (strokes.length) former.push(strokes);
  strokes = [];
  dropPicture();
  note.hidden = true;
  heard.textContent = props.heard_clear;
  refresh();
  send();
}

/* A picture on the sheet. */

function hasPicture() {
  return !picture.hidden;
}

/* Puts a picture in place of the drawing, which Undo brings back. `src` is null for what is none. */
function showPicture({ detail }) {
  liftKeys();
  clearTimeout(sendTimer);
  sendTimer = 0;
  pointer = touched = null;
  dropPicture();
  if (strokes.length) former.push(strokes);
  strokes = [];
  note.hidden = true;
  image.hidden = !detail.src;
  if (detail.src) image.src = detail.src;
  picture.hidden = false;
  refresh();
}

function dropPicture() {
  if (!hasPicture()) return;
  URL.revokeObjectURL(image.src);
  image.removeAttribute('src');
  picture.hidden = true;
}

/* The frame is as large as the sheet lets the picture be. */
function fitFrame() {
  const share = image.naturalWidth / image.naturalHeight;
  frameOfPicture.style.aspectRatio = share;
  frameOfPicture.style.width = `${100 * Math.min(1, share)}%`;
}

function showNote({ detail }) {
  note.textContent = detail.text;
  note.hidden = false;
}

/* Keys: arrows move a pen that Space puts down and lifts. */

function usesKeys() {
  return !tip.hidden;
}

function say(sentence) {
  clearTimeout(restTimer);
  const [x, y] = at.map((share) => Math.round(share * 100));
  heard.textContent = sentence.replace('{x}', x).replace('{y}', y);
}

function showTip(isShown = true) {
  tip.hidden = !isShown;
  tip.style.left = `${at[0] * 100}%`;
  tip.style.top = `${at[1] * 100}%`;
  tip.classList.toggle('down', trail !== null);
  refresh();
}

/* Through the middle of every step: stairs become a slope, and corners lose half a step. */
function smooth(places) {
  const middles = places.slice(1).map(([x, y], i) => [
    round((x + places[i][0]) / 2),
    round((y + places[i][1]) / 2),
  ]);
  return [places[0], ...middles, places[places.length - 1]];
}

function step(isSmall) {
  const length = isSmall ? SMALL_STEP : STEP;
  const [right, down] = [0, 1].map((axis) =>
    [...held].reduce((sum, key) => sum + ARROWS[key][axis], 0),
  );
  const inside = (share) => round(Math.min(1, Math.max(0, share)));
  at = [inside(at[0] + right * length), inside(at[1] + down * length)];
  if (trail && !isFull()) {
    trail.push(at);
    strokes[strokes.length - 1] = smooth(trail);
    sendSoon();
  }
  showTip();
  clearTimeout(restTimer);
  restTimer = setTimeout(() => say(props.heard_place), RESTED);
}

function liftKeys() {
  if (pointer !== KEYS) return;
  trail = null;
  finish();
}

function putDownOrLift() {
  if (pointer === KEYS) {
    liftKeys();
    say(props.heard_up);
  } else if (pointer === null && !isFull()) {
    trail = [at];
    begin(KEYS, at);
    say(props.heard_down);
  }
  showTip();
}

function press(event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && !event.shiftKey && event.key.toLowerCase() === 'z') takeBack();
  else if (isCommand || event.altKey) return;
  else if (event.key === 'Escape') wipe();
  else if (event.target !== canvas) return;
  else if (event.key === ' ') event.repeat || putDownOrLift();
  else if (event.key in ARROWS) {
    held.add(event.key);
    step(event.shiftKey);
  } else return;
  event.preventDefault();
  if (usesKeys()) showTip();
}

function leave() {
  held.clear();
  liftKeys();
  clearTimeout(restTimer);
  showTip(false);
}

/* A drawing outlives a lost connection and the reload with which Gradio comes back. */

function keep() {
  try {
    if (strokes.length) sessionStorage.setItem(KEPT, JSON.stringify(strokes));
  } catch {
    // Storage may be forbidden; then the sheet is empty after the reload.
  }
}

function takeKept() {
  try {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return kept;
  } catch {
    return null;
  }
}

function restore() {
  const kept = takeKept();
  const how = performance.getEntriesByType('navigation')[0]?.type;
  if (!kept || !['reload', 'back_forward'].includes(how)) return;
  strokes = JSON.parse(kept);
  former.push([]);
  refresh();
  send();
}

canvas.addEventListener('pointerdown', start);
canvas.addEventListener('pointermove', move);
canvas.addEventListener('pointerup', end);
canvas.addEventListener('pointercancel', end);
canvas.addEventListener('lostpointercapture', end);
// Safari decides on scrolling before it looks at `touch-action`.
canvas.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false });
canvas.addEventListener('touchmove', keepFromScribble, { passive: false });
undo.addEventListener('click', takeBack);
clear.addEventListener('click', wipe);
new ResizeObserver(resize).observe(canvas);
// The ink changes colour with the page's theme.
new MutationObserver(repaint).observe(document.body, { attributeFilter: ['class'] });
element.addEventListener('keydown', press);
element.addEventListener('keyup', (event) => held.delete(event.key));
canvas.addEventListener('focus', () => showTip(canvas.matches(':focus-visible')));
canvas.addEventListener('blur', leave);
canvas.addEventListener('pointerdown', () => showTip(false));
image.addEventListener('load', fitFrame);
image.addEventListener('error', () => {
  image.hidden = true; // the answer says what is wrong with it
});
document.addEventListener('sheet-picture', showPicture);
document.addEventListener('sheet-note', showNote);
window.addEventListener('online', () => waiting && send());
window.addEventListener('pagehide', keep);
resize();
refresh();
restore();
