/* Keeps the drawing while there is no connection, and over the reload with which Gradio comes back.
 *
 * This ends the body of the function that sketchpad.js begins. The browser keeps a drawing for
 * its own tab only, and no longer than that is open.
 */
/* global strokes:writable, former, refresh, send, waiting */
const KEPT = 'digit-recognizer:sheet';

function keep() {
  try {
    if (strokes.length) sessionStorage.setItem(KEPT, JSON.stringify(strokes));
  } catch {
    // A browser that keeps nothing: the sheet will be empty.
  }
}

function takeKept() {
  try {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return kept;
  } catch {
    return null;
  }
}

function restore() {
  const kept = takeKept();
  if (!kept || performance.getEntriesByType('navigation')[0]?.type !== 'reload') return;
  strokes = JSON.parse(kept);
  former.push([]);
  refresh();
  send();
}

window.addEventListener('online', () => waiting && send());
window.addEventListener('pagehide', keep);
restore();
