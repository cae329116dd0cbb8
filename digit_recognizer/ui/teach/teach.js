/* The panel of the lesson "Teach it": raises an event for each button, and reads files.
 *
 * This is the body of a function that Gradio calls once with `element` (the component's root),
 * `props` (its settings) and `trigger` (raises an event of the component).
 */
/* global element, props, trigger */
const ACTS = ['learn', 'halt', 'undo', 'export'];

function choose() {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  input.addEventListener('change', async () => {
    const [file] = input.files;
    // A file that is too large is not read; the server explains the missing text.
    trigger('bring', { text: file.size > props.max_bytes ? null : await file.text() });
  });
  input.click();
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { teach, remove, act } = button.dataset;
  if (teach) trigger('correct', { digit: Number(teach) });
  else if (remove) trigger('remove', { number: Number(remove) });
  else if (act === 'import') choose();
  else if (ACTS.includes(act)) trigger(act);
});
