// Small helpers for elements and canvases.

/** An element with properties, attributes and children; texts go in as text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') {
      element.className = value;
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }

  element.append(...children);
  return element;
}

/** A labelled select. */
export function makeSelect(label, choices, onChange) {
  const select = make('select', { 'aria-label': label });
  for (const [value, text] of choices) {
    select.append(make('option', { value }, text));
  }

  select.addEventListener('change', () => onChange(select.value));
  return select;
}

/** Gives a canvas the room it has on screen, in device pixels; returns its context, in CSS pixels. */
export function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const deviceWidth = Math.max(1, Math.round(width * ratio));
  const deviceHeight = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== deviceWidth || canvas.height !== deviceHeight) {
    canvas.width = deviceWidth;
    canvas.height = deviceHeight;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }

  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Calls back when an element's size or the screen's pixel ratio changes; returns how to stop. */
export function watchSize(element, callback) {
  const observer = new ResizeObserver(callback);
  observer.observe(element);
  let query;
  const onRatio = () => {
    query?.removeEventListener('change', onRatio);
    query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener('change', onRatio);
    callback();
  };
  onRatio();
  return () => {
    observer.disconnect();
    query.removeEventListener('change', onRatio);
  };
}

/** An element's inner size as it was when the page was last laid out: to ask the element itself in the middle of a drawing lays the page out once more. */
export class WatchedSize {
  /** @param {HTMLElement} element @param {() => void} callback Called when the size or the screen's pixel ratio changes. */
  constructor(element, callback) {
    this.width = 0;
    this.height = 0;
    this.stop = watchSize(element, () => {
      this.width = element.clientWidth;
      this.height = element.clientHeight;
      callback();
    });
  }
}

/** Listeners that go together. */
export class Listeners {
  constructor() {
    this.controller = new AbortController();
  }

  on(target, type, action, options = {}) {
    target.addEventListener(type, action, { ...options, signal: this.controller.signal });
  }

  dispose() {
    this.controller.abort();
  }
}

/** What has to be drawn again. */
export const CHANGED = Object.freeze({ DATA: 1, LAYER: 2, MARK: 4, LOOK: 8, THEME: 16, ALL: 31 });
