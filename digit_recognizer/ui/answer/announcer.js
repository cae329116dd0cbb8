() => {
  /* Tells screen readers the answer, in one sentence, once it has not changed for a while. */
  const SETTLED = 700; // milliseconds
  const panel = document.querySelector('#prediction');
  const region = document.createElement('p');
  region.id = 'announcement';
  region.className = 'visually-hidden';
  region.setAttribute('role', 'status');
  region.translate = false; // what it repeats is translated
  document.querySelector('main').append(region);

  const announce = () => {
    const parts = [...panel.querySelectorAll('[data-digit], [data-number], .caption')];
    const sentence = parts.map((part) => part.textContent.trim()).filter(Boolean).join(', ');
    if (sentence !== region.textContent) region.textContent = sentence;
  };
  let timer = 0;
  new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(announce, SETTLED);
  }).observe(panel, { subtree: true, childList: true, characterData: true });
}
