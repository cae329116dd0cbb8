/* The confusion matrix: a button picks the mistakes to show, and a second click undoes the pick.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root) and
 * `trigger` (raises an event of the component).
 */
/* global element, trigger */
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-label]');
  if (!button) return;
  const isPicked = button.getAttribute('aria-pressed') !== 'true';
  for (const each of element.querySelectorAll('button[data-label]')) {
    each.setAttribute('aria-pressed', String(isPicked && each === button));
  }
  const number = (text) => (isPicked && text !== undefined ? Number(text) : null);
  trigger('select', { label: number(button.dataset.label), digit: number(button.dataset.readAs) });
});
