// The explorer in a page of its own that was opened from a disk.

import { Explorer } from './frame.js';
import { EmbeddedSource } from './sources.js';
import { make } from './dom.js';

start();

async function start() {
  const host = document.getElementById('explorer');
  const source = new EmbeddedSource(async (id) => fromBase64(document.getElementById(id).textContent));
  const manifest = await source.manifest();
  const head = make('header', { class: 'lx-page-head' },
    make('h1', {}, manifest.image.name),
    make('span', { class: 'lx-page-fact' }, `${manifest.image.width} × ${manifest.image.height} px`),
    make('span', { class: 'lx-page-fact' }, manifest.checkpoint.name),
    make('span', { class: 'lx-page-fact lx-page-prompt', title: manifest.prompt }, manifest.prompt));
  document.body.prepend(head);
  host.replaceChildren();
  const explorer = new Explorer(host, source, { query: location.hash.slice(1), useHash: true });
  await explorer.load();
}

function fromBase64(text) {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) {
    bytes[at] = binary.charCodeAt(at);
  }

  return bytes;
}
