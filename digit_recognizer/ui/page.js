() => {
  document.body.classList.add('ready');
  /* On screens without room beside it, the sidebar starts closed. */
  const sidebar = document.querySelector('#sidebar');
  const isNarrow = window.matchMedia('(max-width: 900px)').matches;
  if (isNarrow && sidebar?.classList.contains('open')) {
    sidebar.querySelector('.toggle-button').click();
  }
  /* The second frame is the first one after the sidebar has closed. */
  requestAnimationFrame(() => {
    requestAnimationFrame(() => document.body.classList.add('settled'));
  });
}
