// Colours: the page's own (CSS properties) and the scales for numbers.

// From unsure to sure: cividis, which keeps its order for colour-blind eyes and grows steadily in lightness. The same on a light and a dark page, so that bright
// means sure wherever a picture or a link to it is looked at (docs/adr/0012).
const SURE_SCALE = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

// One hue, from emb (light) to L (deep); on a dark page the other way, so that L stands out from the ground there, too.
const DEPTH = ['#d9f1f0', '#a9dcdb', '#74c3c4', '#46a5a9', '#24838a', '#11626b', '#07434c'];

// Less, no different, more: blue, grey, orange, which no colour-blind eye takes for each other; symmetric in lightness, so that neither side shouts.
const DIFFERENCE = { light: ['#0b4f9c', '#4f8ccb', '#a9c4de', '#c3c7c9', '#e3bd8d', '#d6853a', '#a84a00'], dark: ['#7db8f0', '#3f7fc0', '#38536e', '#3c4347', '#6e5334', '#c47a2c', '#ffb15e'] };

const STEPS = 256;

/** The colours in force at an element. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const surface = read('--ll-surface', '#fbfbfa');
  const dark = luminance(parseColour(surface)) < 0.2;
  return {
    dark,
    surface,
    surface2: read('--ll-surface-2', dark ? '#1c2024' : '#f1f2f1'),
    surface3: read('--ll-surface-3', dark ? '#262b30' : '#e6e8e8'),
    ink: read('--ll-ink', dark ? '#e7eaec' : '#1b2024'),
    inkSoft: read('--ll-ink-soft', dark ? '#b4bdc3' : '#4a545c'),
    inkFaint: read('--ll-ink-faint', dark ? '#939da4' : '#626c74'),
    line: read('--ll-line', dark ? '#2f363b' : '#d9dddd'),
    lineStrong: read('--ll-line-strong', dark ? '#6b767e' : '#858e94'),
    accent: read('--ll-accent', dark ? '#5cc4cc' : '#0b6b74'),
    wash: read('--ll-accent-wash', dark ? '#15363a' : '#e0eff0'),
    mono: read('--ll-mono', 'monospace'),
    sans: read('--ll-sans', 'sans-serif'),
    sure: makeScale(SURE_SCALE),
    depth: makeScale(dark ? [...DEPTH].reverse() : DEPTH),
    difference: makeScale(DIFFERENCE[dark ? 'dark' : 'light']),
    increase: makeScale(DIFFERENCE[dark ? 'dark' : 'light'].slice(3)),
  };
}

/** Calls back when the page's theme changes; returns how to stop. */
export function watchTheme(callback) {
  const observer = new MutationObserver(callback);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] });
  }

  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', callback);
  return () => {
    observer.disconnect();
    query.removeEventListener('change', callback);
  };
}

function makeScale(stops) {
  const colours = stops.map(parseColour);
  const css = [];
  const ink = [];
  for (let step = 0; step < STEPS; step++) {
    const at = (step / (STEPS - 1)) * (colours.length - 1);
    const from = Math.min(Math.floor(at), colours.length - 2);
    const mixed = colours[from].map((value, channel) => Math.round(value + (colours[from + 1][channel] - value) * (at - from)));
    css.push(`rgb(${mixed.join(',')})`);

    // Whichever of near-black and white stands in the greater contrast to it.
    const light = luminance(mixed);
    ink.push((light + 0.05) / 0.06 > 1.05 / (light + 0.05) ? '#101316' : '#ffffff');
  }

  const index = (value) => Math.max(0, Math.min(STEPS - 1, Math.round(value * (STEPS - 1))));
  return {
    colour: (value) => css[index(value)],
    ink: (value) => ink[index(value)],
    gradient: `linear-gradient(to right, ${stops.join(', ')})`,
  };
}

function parseColour(text) {
  const hex = /^#([0-9a-f]{6})$/i.exec(text);
  if (hex) {
    const value = parseInt(hex[1], 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }

  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  if (short) {
    return short.slice(1).map((digit) => parseInt(digit + digit, 16));
  }

  const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
  return numbers.slice(0, 3);
}

function luminance([red, green, blue]) {
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
