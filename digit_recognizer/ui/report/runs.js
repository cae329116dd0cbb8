/* The trainings: a click on an earlier one raises `select`, and its curve is laid under the newest.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root) and
 * `trigger` (raises an event of the component).
 */
/* global element, trigger */
element.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-number]');
  if (button) trigger('select', { number: Number(button.dataset.number) });
});
