/* The row of lessons: opens one at a time, and asks for it again when the answer has changed.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root),
 * `props` (its value is the open lesson's name and the place of the digit to explain) and `trigger`
 * (raises an event of the component).
 */
/* global element, props, trigger */
const REST = 300; // milliseconds without a new answer before the lesson follows
const LIVE = 'inside'; // the lesson that does not wait for that
const LIVE_EVERY = 120; // milliseconds between its pictures
const EVENTS = ['explain', 'teach']; // Gradio only knows events whose names stand here in quotes

const buttons = [...element.querySelectorAll('[data-lesson]')];
const save = element.querySelector('#save-gif');

let timer = 0;

const isOpen = (button) => button.getAttribute('aria-expanded') === 'true';

/* Of a number, the digit whose bars are shown, counted from 1. */
function chosenPlace() {
  const button = document.querySelector('#prediction [data-place][aria-pressed=true]');
  return button ? Number(button.dataset.place) : null;
}

function ask() {
  timer = 0;
  const open = buttons.find(isOpen);
  // As the value, not with the event: for events that had to wait, Gradio sends the first one's data.
  props.value = open ? { lesson: open.dataset.lesson, place: chosenPlace() } : null;
  if (open && EVENTS.includes(open.dataset.event)) trigger(open.dataset.event);
}

function askIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(ask, milliseconds);
}

function follow() {
  if (buttons.find(isOpen)?.dataset.lesson !== LIVE) askIn(REST);
  else if (!timer) askIn(LIVE_EVERY);
}

const observer = new MutationObserver(follow);

/* Brings the panel of a lesson into view once it has its content. */
function reveal(panel, name) {
  const show = () => {
    if (!panel.querySelector(`[data-shows=${name}]`)) return;
    awaited.disconnect();
    panel.scrollIntoView({ block: 'nearest' });
  };
  const awaited = new MutationObserver(() => requestAnimationFrame(show));
  awaited.observe(panel, { subtree: true, childList: true });
  requestAnimationFrame(show);
}

function toggle(chosen) {
  const isOpening = chosen.getAttribute('aria-expanded') !== 'true';
  for (const button of buttons) {
    button.setAttribute('aria-expanded', String(isOpening && button === chosen));
  }
  askIn(0);
  observer.disconnect();
  if (!isOpening) return;
  reveal(document.getElementById(chosen.getAttribute('aria-controls')), chosen.dataset.lesson);
  observer.observe(document.querySelector('#prediction'), {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
}

/* A drawing can be saved. The sheet may be mounted later than this row. */
function followSheet() {
  const sheet = document.querySelector('#sketchpad .sheet');
  if (!sheet) {
    requestAnimationFrame(followSheet);
    return;
  }
  const refresh = () => {
    save.disabled = sheet.dataset.holds !== 'drawing';
  };
  new MutationObserver(refresh).observe(sheet, { attributeFilter: ['data-holds'] });
  refresh();
}

for (const button of buttons) button.addEventListener('click', () => toggle(button));
save.addEventListener('click', () => trigger('replay'));
followSheet();
