() => {
  /* The lesson "Inside the network": a unit that is chosen shows its pattern large and what it adds to
   * each digit, and goes on doing so while the lesson follows the drawing, as long as it is shown.
   */
  const panel = document.querySelector('#lesson');
  let chosen = null;

  function number(text) {
    return Number(text.replace('−', '-'));
  }

  function show() {
    const units = [...panel.querySelectorAll('[data-unit]')];
    const room = panel.querySelector('.inside-unit');
    const unit = units.find((each) => each.dataset.unit === chosen);
    for (const each of units) each.setAttribute('aria-pressed', String(each === unit));
    if (!room) return;
    room.hidden = !unit;
    if (!unit) return;
    const parts = JSON.parse(unit.dataset.parts);
    const greatest = Math.max(...parts.map((part) => Math.abs(number(part)))) || 1;
    const sprite = panel.querySelector('.inside').style;
    for (const name of ['--sprite', '--units']) room.style.setProperty(name, sprite.getPropertyValue(name));
    room.style.setProperty('--place', unit.style.getPropertyValue('--place'));
    room.querySelector('h3').textContent = unit.title;
    room.querySelector('dl').replaceChildren(
      ...parts.map((part, digit) => {
        const row = document.createElement('div');
        const [name, value] = [document.createElement('dt'), document.createElement('dd')];
        name.textContent = digit;
        value.textContent = part;
        row.append(name, value);
        row.className = number(part) < 0 ? 'against' : 'for';
        row.style.setProperty('--share', Math.abs(number(part)) / greatest);
        return row;
      }),
    );
  }

  panel.addEventListener('click', ({ target }) => {
    const unit = target.closest('[data-unit]');
    if (!unit) return;
    chosen = unit.dataset.unit === chosen ? null : unit.dataset.unit;
    show();
    panel.querySelector('.inside-unit').scrollIntoView({ block: 'nearest' });
  });

  new MutationObserver((records) => {
    const isNew = records.some(({ target }) => !target.closest?.('.inside-unit'));
    if (isNew) show();
  }).observe(panel, { childList: true, subtree: true });
}
