/* The strip of epochs: a click or the arrow keys go to an epoch, which raises `select`. A drawing or
 * a picture that has stood still for a while raises `input`, so that every epoch reads it, too.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root) and
 * `trigger` (raises an event of the component).
 */
/* global element, trigger */
const STILL_MS = 400;
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
const cells = () => [...element.querySelectorAll('[data-epoch]')];
const chosen = () => element.querySelector('[aria-checked="true"]');
const isFixed = () => element.querySelector('[aria-disabled="true"]') !== null;

function choose(cell) {
  if (isFixed()) return;
  for (const each of cells()) {
    each.setAttribute('aria-checked', String(each === cell));
    each.tabIndex = each === cell ? 0 : -1;
  }
  cell.focus({ preventScroll: true });
  show(cell);
  trigger('select', {});
}

function show(cell) {
  const strip = cell.parentElement;
  strip.scrollLeft = cell.offsetLeft - (strip.clientWidth - cell.offsetWidth) / 2;
}

element.addEventListener('click', ({ target }) => {
  const cell = target.closest('[data-epoch]');
  if (cell) choose(cell);
});

element.addEventListener('keydown', (event) => {
  if (!(event.key in STEPS) || !event.target.closest('[data-epoch]')) return;
  event.preventDefault();
  const all = cells();
  const place = all.indexOf(chosen()) + STEPS[event.key];
  const cell = all[Math.min(Math.max(place, 0), all.length - 1)];
  if (cell !== chosen()) choose(cell);
});

/* The server sends the strip anew: it keeps the focus, and is scrolled to its chosen or newest epoch. */
let hasFocus = false;
for (const type of ['focusin', 'pointerdown']) {
  document.addEventListener(type, ({ target }) => (hasFocus = element.contains(target)));
}
new MutationObserver(() => {
  const cell = chosen() ?? cells().at(-1);
  if (cell) show(cell);
  if (cell && hasFocus) cell.focus({ preventScroll: true });
}).observe(element, { childList: true, subtree: true });

/* The network's input tells one drawing from another; the answer changes with the network, too. */
const input = () => document.querySelector('#network-view img')?.src ?? '';
let read = input();
let timer = 0;
new MutationObserver(() => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (input() === read || !chosen() || isFixed()) return;
    read = input();
    trigger('input', {});
  }, STILL_MS);
}).observe(document.querySelector('#prediction'), { childList: true, subtree: true });
