() => {
  /* For people who have never drawn here: a digit sketches itself on the empty sheet and goes as soon as
   * anything is done. It is only a picture: the sheet and the server know nothing about it.
   */
  const SEEN = 'digit-recognizer:has-begun';
  const PACE = 700; // milliseconds for one side of the sheet
  const LIFT = 250; // milliseconds between two strokes
  const FIRST = 600; // milliseconds until it begins

  const sketch = document.querySelector('#sketchpad .sheet-sketch');
  const canvas = document.querySelector('#sketchpad canvas');
  const panel = document.querySelector('#prediction');
  const answered = new MutationObserver(() => {
    if (!panel.querySelector('.invitation')) endSketch();
  });

  function hasBegun() {
    try {
      return localStorage.getItem(SEEN) !== null;
    } catch {
      return false; // storage may be forbidden
    }
  }

  function endSketch() {
    sketch.replaceChildren();
    answered.disconnect();
    canvas.removeEventListener('pointerdown', endSketch);
    canvas.removeEventListener('focus', endSketch);
    try {
      localStorage.setItem(SEEN, '');
    } catch {
      // It is shown again on the next visit.
    }
  }

  /* Times at which a hand reaches each point, as shares of the whole: it slows down in sharp turns. */
  function moments(points) {
    let elapsed = 0;
    const times = points.map(([x, y], i) => {
      if (i === 0) return 0;
      const [dx, dy] = [x - points[i - 1][0], y - points[i - 1][1]];
      const [nextX, nextY] = points[Math.min(i + 1, points.length - 1)];
      const [ex, ey] = [nextX - x, nextY - y];
      const turn = Math.abs(Math.atan2(dx * ey - dy * ex, dx * ex + dy * ey));
      elapsed += Math.hypot(dx, dy) * (1 + Math.min(2, 3 * turn));
      return elapsed;
    });
    return { shares: times.map((time) => time / elapsed), duration: elapsed * PACE };
  }

  function sketchStroke(points, delay) {
    const path = document.createElementNS(sketch.namespaceURI, 'path');
    path.setAttribute('d', `M${points.join('L')}`);
    sketch.append(path);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return 0;
    const { shares, duration } = moments(points);
    const lengths = [0];
    for (let i = 1; i < points.length; i += 1) {
      const [x, y] = points[i];
      lengths.push(lengths[i - 1] + Math.hypot(x - points[i - 1][0], y - points[i - 1][1]));
    }
    const length = lengths[lengths.length - 1];
    path.style.strokeDasharray = `${length} ${2 * length}`;
    const frames = lengths.map((drawn, i) => ({
      strokeDashoffset: length - drawn,
      opacity: i === 0 ? 0 : 1, // a round pen would show as a dot before it begins
      offset: shares[i],
    }));
    path.animate(frames, { duration, delay, fill: 'backwards' });
    return duration;
  }

  if (!hasBegun()) {
    let delay = FIRST;
    const sketches = JSON.parse(sketch.dataset.sketches);
    const drawing = sketches[Math.floor(Math.random() * sketches.length)];
    for (const stroke of drawing) delay += sketchStroke(stroke, delay) + LIFT;
    canvas.addEventListener('pointerdown', endSketch);
    canvas.addEventListener('focus', endSketch);
    answered.observe(panel, { subtree: true, childList: true });
  }
}
