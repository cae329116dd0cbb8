/* The answer panel: a digit of a number that is pointed at, focused or tapped shows its own bars,
 * view and caption, and goes on doing so when the same number is read again. Screen readers hear
 * the answer in one sentence once it has not changed for a while.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root).
 */
/* global element */
const SETTLED = 700; // milliseconds

let chosen = null; // the place of the digit that was chosen
let length = 0; // of the number it was chosen in

const digits = () => [...element.querySelectorAll('[data-place]')];

function show(button) {
  const answer = JSON.parse(button.dataset.answer);
  for (const each of digits()) each.setAttribute('aria-pressed', String(each === button));
  element.querySelector('.bars').classList.toggle('doubted', answer.doubted);
  for (const [place, bar] of element.querySelectorAll('[data-bar]').entries()) {
    bar.classList.toggle('best', place === answer.best);
    bar.dataset.probability = answer.probabilities[place];
    bar.style.setProperty('--share', answer.shares[place]);
    bar.querySelector('.bar-value').textContent = answer.values[place];
  }
  element.querySelector('#network-view img').src = answer.view;
  element.querySelector('.caption').textContent = answer.caption;
  observer.takeRecords(); // these changes are not a new answer
  tellBoxes();
}

function choose(button) {
  chosen = button.dataset.place;
  length = digits().length;
  show(button);
}

function pointAt(event) {
  const button = event.target.closest('[data-place]');
  if (button && (button.dataset.place !== chosen || event.type === 'click')) choose(button);
}

/* A picture on the sheet shows a box for each digit; pointing at one is pointing at its digit. */
function tellBoxes() {
  const detail = [...element.querySelectorAll('[data-box]')].map((each) => ({
    place: each.dataset.place,
    digit: each.textContent,
    box: each.dataset.box.split(' ').map(Number),
    isUnsure: 'unsure' in each.dataset,
    isChosen: each.getAttribute('aria-pressed') === 'true',
  }));
  document.dispatchEvent(new CustomEvent('sheet-boxes', { detail }));
}

document.addEventListener('sheet-choose', ({ detail }) => {
  const button = digits().find((each) => each.dataset.place === detail.place);
  if (button) choose(button);
});

const observer = new MutationObserver(() => {
  const buttons = digits();
  if (buttons.length !== length) chosen = null;
  if (chosen !== null) show(buttons[Number(chosen) - 1]);
});

for (const type of ['pointerover', 'focusin', 'click']) element.addEventListener(type, pointAt);
// Not characterData: a translation is not a new answer.
observer.observe(element, { subtree: true, childList: true, attributeFilter: ['data-answer'] });

/* The badge pulses once when another network answers, but not at each epoch of a training. */
let badge = null;

function noteBadge() {
  const { network, kind } = element.querySelector('#model-in-use').dataset;
  const isNews = badge && network !== badge.network && !(kind === 'training' && badge.kind === kind);
  badge = { network, kind };
  if (!isNews || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.querySelector('.badge').animate(
    // A ring, since words stay readable while it fades.
    [{ boxShadow: '0 0 0 0.25rem var(--answer)' }, { boxShadow: '0 0 0 0 transparent' }],
    { duration: 900, easing: 'ease-out' },
  );
}

const region = document.createElement('p');
region.id = 'announcement';
region.className = 'visually-hidden';
region.setAttribute('role', 'status');
region.translate = false; // its text is translated already
(document.querySelector('main') ?? document.body).append(region);

function announce() {
  const parts = [...element.querySelectorAll('[data-digit], [data-number], .caption')];
  const sentence = parts.map((part) => part.textContent.trim()).filter(Boolean).join(', ');
  if (sentence !== region.textContent) region.textContent = sentence;
}

let timer = 0;
new MutationObserver(() => {
  noteBadge();
  tellBoxes();
  clearTimeout(timer);
  timer = setTimeout(announce, SETTLED);
}).observe(element, { subtree: true, childList: true, characterData: true });
noteBadge();
