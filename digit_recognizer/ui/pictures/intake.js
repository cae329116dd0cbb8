/* Takes pictures: whatever is chosen with the upload button, pasted, or dropped anywhere on the page.
 * A picture goes on the sheet at once and to the server through the button; a file that is no picture
 * or too large is refused here, so that the page can say why in its own words.
 *
 * This is the body of a function that Gradio calls once with `props` and `trigger`.
 */
/* global props, trigger */
const isUpload = (target) => target instanceof Element && target.closest('#upload') !== null;
const takesText = (target) =>
  target instanceof Element && target.closest('input, textarea, [contenteditable=true]') !== null;

let admitted = null; // the file that was chosen last, and its address on the sheet

function problem(file) {
  const isSvg = file.type.startsWith('image/svg') || /\.svgz?$/i.test(file.name);
  // Some systems know no type for a picture; the server will tell.
  const unknown = ['', 'application/octet-stream'].includes(file.type);
  if (isSvg || (!unknown && !file.type.startsWith('image/'))) return 'type';
  return file.size > props.max_bytes ? 'size' : null;
}

function tellSheet(name, detail) {
  document.dispatchEvent(new CustomEvent(`sheet-${name}`, { detail }));
}

/* Shows a file on the sheet, or refuses it; returns whether the server may have it. */
function admit(files) {
  const reason = problem(files[0]);
  const src = reason ? null : URL.createObjectURL(files[0]);
  tellSheet('picture', { src });
  admitted = { src, file: files[0] };
  if (reason) trigger('select', { reason });
  if (files.length > 1) tellSheet('note', { text: props.only_first });
  return !reason;
}

function take(files) {
  const input = document.querySelector('#upload input[type=file]');
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files; // of several, as `change` is to see how many there were
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

function change(event) {
  const { target } = event;
  if (!isUpload(target) || target.type !== 'file' || target.files.length === 0) return;
  if (!admit(target.files)) {
    event.stopImmediatePropagation();
    target.value = '';
  } else if (target.files.length > 1) {
    const transfer = new DataTransfer();
    transfer.items.add(target.files[0]);
    target.files = transfer.files;
  }
}

/* Whether an uploaded file is still what the sheet shows: much can happen while it is on its way. */
function arrive({ detail }) {
  const shown = document.querySelector('#sketchpad .sheet-picture:not([hidden]) img');
  const { src, file } = admitted ?? {};
  detail.wanted =
    Boolean(src) &&
    shown?.getAttribute('src') === src &&
    detail.file?.orig_name === file.name &&
    detail.file.size === file.size;
}

function drop(event) {
  const { files, types } = event.dataTransfer;
  if (files.length) {
    event.preventDefault();
    take(files);
  } else if (types.includes('text/uri-list')) {
    event.preventDefault();
    tellSheet('note', { text: props.only_address });
  }
}

function dragOver(event) {
  const { types } = event.dataTransfer;
  if (types.includes('Files') || types.includes('text/uri-list')) event.preventDefault();
}

function paste(event) {
  const { files, types } = event.clipboardData;
  // Excel and Word put a picture beside the text.
  if (!files.length || (takesText(event.target) && types.includes('text/plain'))) return;
  event.preventDefault();
  take(files);
}

document.addEventListener('change', change, true);
document.addEventListener('file-arrived', arrive);
document.addEventListener('dragover', dragOver);
document.addEventListener('drop', drop);
document.addEventListener('paste', paste);
