/* Checks files before the upload widget does: refuses files that are too large or not pictures, so
 * that the page can say why in its own words. Lets a picture be pasted anywhere on the page.
 *
 * This is the body of a function that Gradio calls once with `props` and `trigger`.
 */
/* global props, trigger */
const inUpload = (event) => event.target instanceof Element && event.target.closest('#upload');

function problem(file) {
  const isSvg = file.type.startsWith('image/svg') || /\.svgz?$/i.test(file.name);
  // Some systems report no type for a picture; the server decides then.
  if (isSvg || (file.type && !file.type.startsWith('image/'))) return 'type';
  return file.size > props.max_bytes ? 'size' : null;
}

function guard(event, files) {
  const reason = files.length ? problem(files[0]) : null;
  if (!reason) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
  if (event.target instanceof HTMLInputElement) event.target.value = '';
  trigger('select', { reason });
}

function paste(event) {
  const [file] = event.clipboardData?.files ?? [];
  if (!file) return;
  event.preventDefault();
  // A widget that shows a picture accepts no other, so the old picture is removed first.
  document.querySelector('#upload .icon-button-wrapper button')?.click();
  requestAnimationFrame(() => {
    const input = document.querySelector('#upload input[type=file]');
    const transfer = new DataTransfer();
    transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

document.addEventListener(
  'change',
  (event) => {
    if (inUpload(event) && event.target.type === 'file') guard(event, event.target.files);
  },
  true,
);
document.addEventListener(
  'drop',
  (event) => {
    if (inUpload(event)) guard(event, event.dataTransfer.files);
  },
  true,
);
document.addEventListener('paste', paste);
