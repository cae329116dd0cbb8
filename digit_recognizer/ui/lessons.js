/* The row of lessons: opens one at a time, and asks for it again when the answer has changed.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root) and
 * `trigger` (raises an event of the component).
 */
/* global element, trigger */
const REST = 300; // milliseconds without a new answer before the lesson follows

const buttons = [...element.querySelectorAll('[data-lesson]')];
const save = element.querySelector('#save-gif');

let timer = 0;

function ask() {
  clearTimeout(timer);
  const open = buttons.find((button) => button.getAttribute('aria-expanded') === 'true');
  if (open) trigger('explain', { lesson: open.dataset.lesson });
  return Boolean(open);
}

const observer = new MutationObserver(() => {
  clearTimeout(timer);
  timer = setTimeout(ask, REST);
});

function toggle(chosen) {
  for (const button of buttons) {
    const opens = button === chosen && button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', String(opens));
  }
  observer.disconnect();
  if (!ask()) return;
  const answer = document.querySelector('#prediction');
  observer.observe(answer, { subtree: true, childList: true, attributes: true });
}

/* A drawing that can be cleared can be saved. The sheet may be mounted later than this row. */
function followSheet() {
  const clear = document.querySelector('#clear');
  if (!clear) {
    requestAnimationFrame(followSheet);
    return;
  }
  const refresh = () => {
    save.disabled = clear.disabled;
  };
  new MutationObserver(refresh).observe(clear, { attributeFilter: ['disabled'] });
  refresh();
}

for (const button of buttons) button.addEventListener('click', () => toggle(button));
save.addEventListener('click', () => trigger('replay'));
followSheet();
