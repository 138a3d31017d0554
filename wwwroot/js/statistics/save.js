// Charts and their tables as files.

const SCALE = 2;

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// A spreadsheet takes what begins like a formula for one, so such texts get an apostrophe.
const cell = (value) => {
  if (typeof value !== 'string') {
    return String(value);
  }

  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A table as CSV (RFC 4180, UTF-8). */
export const toCsv = (columns, rows) => [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';

export const saveCsv = (columns, rows, name) => download(new Blob([toCsv(columns, rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);

/** An SVG that stands by itself: with a ground, a title, and without the mark of the pointer. */
export function standaloneSvg(svg, title, note, colours) {
  const copy = svg.cloneNode(true);
  for (const tipMark of copy.querySelectorAll('[aria-label=tip]')) {
    tipMark.remove();
  }

  // Links lead nowhere from a file.
  for (const link of copy.querySelectorAll('a')) {
    link.replaceWith(...link.childNodes);
  }

  const [width, height] = [Number(svg.getAttribute('width')), Number(svg.getAttribute('height'))];
  const [head, foot] = [30, 22];
  copy.removeAttribute('aria-hidden');
  copy.setAttribute('role', 'img');
  copy.setAttribute('aria-label', title);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 ${-head} ${width} ${height + head + foot}`);
  copy.setAttribute('width', width);
  copy.setAttribute('height', height + head + foot);
  const add = (tag, attributes, text) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }

    element.textContent = text ?? '';
    return element;
  };
  copy.prepend(add('rect', { x: 0, y: -head, width, height: height + head + foot, fill: colours.surface }));
  copy.append(add('text', { x: 12, y: -10, fill: colours.ink, 'font-size': Math.min(13, (1.75 * (width - 24)) / title.length), 'font-weight': 600 }, title));
  copy.append(add('text', { x: 12, y: height + 12, fill: colours.inkSoft, 'font-size': 11 }, note));
  return new XMLSerializer().serializeToString(copy);
}

export const saveSvg = (text, name) => download(new Blob([text], { type: 'image/svg+xml' }), `${name}.svg`);

export async function savePng(text, width, height, name) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  download(await new Promise((resolve) => canvas.toBlob(resolve, 'image/png')), `${name}.png`);
}
