// How writing systems look in a chart: eight colours that colour-blind eyes tell apart, and four textures, so that all of them differ.

import { key, say } from '../explorer/texts.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const SIDE = 6;

// Okabe and Ito's colours. Those met most often come first and are plain; each has its own look, whatever else is there.
const colours = ['#0072b2', '#8a8f94', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#d55e00', '#9a8f00'];
const names = {
  Latin: key('Latin'), None: key('without letters'), Cjk: key('Chinese, Japanese'), Cyrillic: key('Cyrillic'), Greek: key('Greek'), Arabic: key('Arabic'), Hebrew: key('Hebrew'), Hangul: key('Hangul'),
  Devanagari: key('Devanagari'), Other: key('another script'), Thai: key('Thai'), Bengali: key('Bengali'), Tamil: key('Tamil'), Telugu: key('Telugu'), Georgian: key('Georgian'), Armenian: key('Armenian'),
  Gujarati: key('Gujarati'), Gurmukhi: key('Gurmukhi'), Kannada: key('Kannada'), Malayalam: key('Malayalam'), Sinhala: key('Sinhala'), Odia: key('Odia'), Khmer: key('Khmer'), Lao: key('Lao'),
  Myanmar: key('Burmese'), Tibetan: key('Tibetan'), Ethiopic: key('Ethiopic'), Mongolian: key('Mongolian'),
};

// The strokes of each texture on a square of SIDE pixels, repeated.
const textures = [null, `M0 ${SIDE}L${SIDE} 0`, `M0 0L${SIDE} ${SIDE}`, `M${SIDE / 2} 0V${SIDE}M0 ${SIDE / 2}H${SIDE}`];

const keyOf = (script) => String(script).replace(/^./, (c) => c.toUpperCase());

/** A script's name for people. */
export const scriptName = (script) => say(names[keyOf(script)] ?? keyOf(script));

/** A script's colour and texture: `{ colour, texture }`, the texture null for a plain one. */
export function scriptLook(script) {
  const at = Object.keys(names).indexOf(keyOf(script));
  return at < 0 ? { colour: '#b8a9c9', texture: null } : { colour: colours[at % colours.length], texture: textures[Math.floor(at / colours.length)] };
}

let patterns = 0;

function add(parent, tag, attributes) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }

  parent.append(element);
  return element;
}

/**
 * Paints for scripts, as SVG's fill takes them.
 * @returns {{fills: string[], into: (svg: SVGElement) => void}} into puts the patterns they name into a picture.
 */
export function scriptFills(scripts, ground) {
  const looks = scripts.map(scriptLook);
  const ids = looks.map(({ texture }) => (texture === null ? null : `st-texture-${++patterns}`));
  return {
    fills: looks.map(({ colour }, i) => (ids[i] === null ? colour : `url(#${ids[i]})`)),
    into: (svg) => {
      const definitions = document.createElementNS(NAMESPACE, 'defs');
      looks.forEach(({ colour, texture }, i) => {
        if (ids[i] !== null) {
          drawTexture(add(definitions, 'pattern', { id: ids[i], width: SIDE, height: SIDE, patternUnits: 'userSpaceOnUse' }), colour, texture, ground);
        }
      });
      svg.prepend(definitions);
    },
  };
}

/** A small square that shows a script's look. */
export function scriptSwatch(script, ground) {
  const { colour, texture } = scriptLook(script);
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('class', 'st-swatch');
  svg.setAttribute('viewBox', `0 0 ${2 * SIDE} ${2 * SIDE}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const [x, y] of [[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]]) {
    drawTexture(add(svg, 'g', { transform: `translate(${x} ${y})` }), colour, texture, ground);
  }

  return svg;
}

function drawTexture(parent, colour, texture, ground) {
  add(parent, 'rect', { width: SIDE, height: SIDE, fill: colour });
  if (texture !== null) {
    add(parent, 'path', { d: texture, stroke: ground, 'stroke-width': 1.6, fill: 'none' });
  }
}
