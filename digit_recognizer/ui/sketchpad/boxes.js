() => {
  /* Boxes on a picture that lies on the sheet, one for each digit of the answer, which tells them with
   * `sheet-boxes`. Pointing at a box raises `sheet-choose` with the place of its digit. Boxes are only
   * drawn, so that a stroke may begin on them; keys and screen readers use the number's own buttons.
   */
  const LEAST = 12; // pixels that a box measures at least for whoever points at it

  const canvas = document.querySelector('#sketchpad canvas');
  const picture = document.querySelector('#sketchpad .sheet-picture');
  const image = picture.querySelector('img');
  const layer = document.createElement('div');
  layer.className = 'sheet-boxes';
  layer.setAttribute('aria-hidden', 'true');
  image.after(layer);
  let digits = [];

  function draw() {
    const { naturalWidth: width, naturalHeight: height } = image;
    layer.replaceChildren(...(width ? digits : []).map(({ place, digit, box, isUnsure, isChosen }) => {
      const [left, top, right, bottom] = box;
      const drawn = document.createElement('span');
      drawn.dataset.of = place;
      drawn.dataset.name = digit;
      drawn.classList.toggle('unsure', isUnsure);
      drawn.classList.toggle('chosen', isChosen);
      drawn.style.left = `${(left / width) * 100}%`;
      drawn.style.top = `${(top / height) * 100}%`;
      drawn.style.width = `${((right - left) / width) * 100}%`;
      drawn.style.height = `${((bottom - top) / height) * 100}%`;
      return drawn;
    }));
  }

  function pointedAt({ clientX, clientY }) {
    return [...layer.children].find((each) => {
      const box = each.getBoundingClientRect();
      const within = (at, low, size) => Math.abs(at - low - size / 2) <= Math.max(size, LEAST) / 2;
      return within(clientX, box.left, box.width) && within(clientY, box.top, box.height);
    });
  }

  function choose(event) {
    const box = picture.hidden ? null : pointedAt(event);
    if (!box || (box.classList.contains('chosen') && event.type === 'pointermove')) return;
    document.dispatchEvent(new CustomEvent('sheet-choose', { detail: { place: box.dataset.of } }));
  }

  document.addEventListener('sheet-boxes', ({ detail }) => {
    digits = detail;
    draw();
  });
  document.addEventListener('sheet-picture', () => {
    digits = [];
    draw();
  });
  image.addEventListener('load', draw);
  canvas.addEventListener('pointermove', (event) => event.buttons || choose(event));
  canvas.addEventListener('pointerup', choose); // after a stroke there is no picture
}
