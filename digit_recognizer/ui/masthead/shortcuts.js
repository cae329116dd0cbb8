() => {
  /* Opens the list of shortcuts by its button, or by ? wherever no text is being written. */
  const dialog = document.querySelector('#shortcuts');
  const WRITING = 'textarea, select, input:not([type=radio], [type=checkbox], [type=range])';
  const open = () => dialog.open || dialog.showModal();

  document.querySelector('#help').addEventListener('click', open);
  document.addEventListener('keydown', (event) => {
    if (event.key !== '?' || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest(WRITING) || event.target.isContentEditable) return;
    event.preventDefault();
    open();
  });
  // Whatever is clicked outside the list's own box is the backdrop, which counts as the dialog.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
}
