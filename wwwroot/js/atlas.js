// Lights the patches of the atlas' thumbnails: one request for the page, one canvas over each picture.

import { fitCanvas, watchSize } from './explorer/dom.js';

const DIM = 'rgb(12 16 18 / 62%)';

/** Attaches to the list of tiles, whose data-atlas is the address of their patches. */
export function attach(list) {
  const controller = new AbortController();
  const pictures = new Map();
  const message = list.parentElement.querySelector('[data-atlas-message]');

  function draw(link) {
    const picture = pictures.get(link.dataset.analysis);
    const image = link.querySelector('img');
    const canvas = link.querySelector('canvas');
    if (!picture || !image.complete || image.naturalWidth === 0) {
      return;
    }

    const { clientWidth: width, clientHeight: height } = image;
    const context = fitCanvas(canvas, width, height);
    context.clearRect(0, 0, width, height);
    const box = boxOf(picture, width, height);
    if (picture.patches.length === 0) {
      return;
    }

    context.fillStyle = DIM;
    context.fillRect(box.x, box.y, picture.width * box.scale, picture.height * box.scale);
    const rectangles = picture.patches.map(([, , , , x, y, w, h]) => [box.x + x * box.scale, box.y + y * box.scale, w * box.scale, h * box.scale]);
    for (const [x, y, w, h] of rectangles) {
      context.clearRect(x, y, w, h);
    }

    context.strokeStyle = getComputedStyle(list).getPropertyValue('--ll-lit') || '#ffd84d';
    context.lineWidth = 1;
    context.stroke(outline(rectangles));
    canvas.dataset.lit = String(picture.patches.length);
  }

  // A tile is as wide as the stored picture asks; a run that turned it saw another shape.
  function turn(link) {
    const picture = pictures.get(link.dataset.analysis);
    if (picture) {
      link.parentElement.style.setProperty('--aspect', String(Math.min(2.6, Math.max(0.6, picture.width / picture.height))));
    }
  }

  // The patch under the pointer is where the link leads.
  function point(event) {
    const link = event.target.closest?.('a[data-analysis]');
    const picture = link && pictures.get(link.dataset.analysis);
    if (!picture) {
      return;
    }

    link.dataset.rest ??= link.getAttribute('href');
    const bounds = link.querySelector('img').getBoundingClientRect();
    const box = boxOf(picture, bounds.width, bounds.height);
    const x = (event.clientX - bounds.left - box.x) / box.scale;
    const y = (event.clientY - bounds.top - box.y) / box.scale;
    const patch = picture.patches.find(([, , , , left, top, w, h]) => x >= left && x < left + w && y >= top && y < top + h);
    const href = patch ? urlOf(link.dataset.analysis, patch) : link.dataset.rest;
    if (link.getAttribute('href') !== href) {
      link.setAttribute('href', href);
    }
  }

  const links = () => list.querySelectorAll('a[data-analysis]');
  const drawAll = () => links().forEach(draw);
  const stopWatching = watchSize(list, drawAll);
  list.addEventListener('load', (event) => event.target instanceof HTMLImageElement && draw(event.target.closest('a')), { capture: true, signal: controller.signal });
  list.addEventListener('pointermove', point, { signal: controller.signal });
  list.addEventListener('pointerdown', point, { signal: controller.signal });
  list.addEventListener('focusin', ({ target }) => target.dataset?.rest && target.setAttribute('href', target.dataset.rest), { signal: controller.signal });

  (async () => {
    try {
      // Somebody may have gone on before this was attached.
      if (!list.dataset.atlas) {
        return;
      }

      const answer = await fetch(list.dataset.atlas, { signal: controller.signal });
      const body = await answer.json();
      if (!answer.ok) {
        throw new Error(body.detail ?? answer.statusText);
      }

      for (const item of body.items) {
        pictures.set(String(item.analysis), item);
      }

      links().forEach(turn);

      drawAll();
    } catch (error) {
      if (!controller.signal.aborted && message) {
        message.textContent = message.dataset.atlasFailed.replace('{0}', error.message);
      }
    }
  })();

  return {
    dispose() {
      controller.abort();
      stopWatching();
    },
  };
}

/** Where a picture lies in a box that contains it. */
function boxOf(picture, width, height) {
  const scale = Math.min(width / picture.width, height / picture.height);
  return { scale, x: (width - picture.width * scale) / 2, y: (height - picture.height * scale) / 2 };
}

function urlOf(analysis, [position, layer, token]) {
  const name = layer === 0 ? 'emb' : String(layer);
  return `/analyses/${analysis}?layer=${name}&lock=${position}.${name}&pins=${token}`;
}

/** The edges that only one of the rectangles has. */
function outline(rectangles) {
  const edges = new Map();
  const add = (...ends) => {
    const key = ends.map((end) => Math.round(end * 4)).join();
    edges.has(key) ? edges.delete(key) : edges.set(key, ends);
  };
  for (const [x, y, w, h] of rectangles) {
    add(x, y, x + w, y);
    add(x, y + h, x + w, y + h);
    add(x, y, x, y + h);
    add(x + w, y, x + w, y + h);
  }

  const path = new Path2D();
  for (const [x1, y1, x2, y2] of edges.values()) {
    path.moveTo(x1, y1);
    path.lineTo(x2, y2);
  }

  return path;
}
