() => {
  /* What the course of a training needs in the browser: on a phone a panel at the foot of the screen
   * from the click on Retrain or the choice of a model's file, which close the sidebar, until the panel
   * is dismissed; a grey report while another network answers; and a question before a training or a
   * network is lost.
   */
  const WATCHING = 'watching';
  const sidebar = document.querySelector('#sidebar');
  const isOpen = () => sidebar.classList.contains('open');
  const toggle = () => sidebar.querySelector('.toggle-button').click();
  const answering = () => document.querySelector('#model-in-use').dataset;
  let saved = null; // the number of the network that was downloaded last

  function watch() {
    document.body.classList.add(WATCHING);
    if (isOpen() && window.matchMedia('(width <= 900px)').matches) toggle();
  }

  document.addEventListener('change', ({ target }) => {
    if (target instanceof Element && target.matches('#more input[type=file]')) watch();
  });

  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest('#retrain')) {
      watch();
    } else if (target.closest('#dismiss-course')) {
      document.body.classList.remove(WATCHING);
    } else if (target.closest('#open-training')) {
      if (!isOpen()) toggle();
      sidebar.querySelector('#preset input:checked').focus({ preventScroll: true });
    } else if (target.closest('#download-model')) {
      saved = answering().network;
    }
  });

  function greyReport() {
    const owner = document.querySelector('#report-owner .owner');
    owner?.classList.toggle('of-another', owner.dataset.network !== answering().network);
  }

  new MutationObserver(greyReport).observe(document.querySelector('main'), {
    subtree: true,
    childList: true,
    attributeFilter: ['data-network'],
  });

  window.addEventListener('beforeunload', (event) => {
    const { kind, network } = answering();
    const trains = document.querySelector('#stop:enabled') !== null;
    if (trains || (kind === 'own' && network !== saved)) event.preventDefault();
  });
}
