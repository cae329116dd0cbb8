() => {
  /* Opens the list of shortcuts by its button, or by ? outside text fields. */
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
  // A click on the backdrop counts as a click on the dialog itself.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
}
