/* The sheet by keys: arrows move a pen that Space puts down and lifts. Continues sketchpad.js. */
/* global canvas, element, props, strokes, heard, pointer */
const KEYS = 'keys'; // who draws, where a pointer would have its number
const STEP = 0.05;
const SMALL_STEP = 0.01; // with Shift
const RESTED = 500; // milliseconds without a step until the place is said
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const tip = element.querySelector('.sheet-pen');
const keysHint = element.querySelector('#sheet-keys');
const held = new Set(); // two arrows held together go aslant
let at = [0.5, 0.5];
let trail = null; // every place since the pen was put down
let restTimer = 0;

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

element.addEventListener('keydown', press);
element.addEventListener('keyup', (event) => held.delete(event.key));
canvas.addEventListener('focus', () => showTip(canvas.matches(':focus-visible')));
canvas.addEventListener('blur', leave);
canvas.addEventListener('pointerdown', () => showTip(false));
resize();
refresh();
