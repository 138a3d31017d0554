// Tokens' courses over the layers: probability or rank.

import { fitCanvas } from './dom.js';
import { formatProbability, layerName } from './format.js';
import { say } from './texts.js';

const LEFT = 34;
const RIGHT = 12;
const TOP = 8;
const FOOT = 16;
const TICKS_P = [0, 0.5, 1];
const DASHES = [[], [7, 3], [2, 3], [8, 3, 2, 3], [4, 2], [1, 2]];

// Okabe and Ito's colours: distinct for colour-blind eyes. Lines differ in their dashes, too.
const LIGHT_LINES = ['#0072b2', '#d55e00', '#007a5a', '#a8518a', '#8a6d00', '#2a7fa8'];
const DARK_LINES = ['#56b4e9', '#e69f00', '#2bbf8f', '#cc79a7', '#f0e442', '#d55e00'];

/** Colour and dashes of the line at a place in the list. */
export function lineOf(theme, at) {
  const colours = theme.dark ? DARK_LINES : LIGHT_LINES;
  return { colour: colours[at % colours.length], dash: DASHES[at % DASHES.length] };
}

/**
 * Draws courses.
 * @param {HTMLCanvasElement} canvas
 * @param {object} options width, height, theme, layers; quantity: p or rank; courses: [{ colour, dash, points }] with points as courseOf gives them;
 *   floor: for each layer the probability of the last token kept, or null; marks: [{ layer, filled }] on the first course.
 */
export function drawCourses(canvas, { width, height, theme, layers, quantity, courses, floor = null, marks = [] }) {
  const context = fitCanvas(canvas, width, height);
  context.clearRect(0, 0, width, height);
  const right = width - RIGHT;
  const bottom = height - FOOT;
  const x = (at) => LEFT + (layers.length < 2 ? 0.5 : at / (layers.length - 1)) * (right - LEFT);
  const lowest = Math.max(10, ...courses.flatMap(({ points }) => points.map((point) => point?.high ?? 1)));
  const y = quantity === 'rank'
    ? (value) => TOP + (Math.log(Math.max(1, value)) / Math.log(lowest)) * (bottom - TOP)
    : (value) => bottom - value * (bottom - TOP);
  drawAxes(context, { width, height, theme, layers, x, y, right, ticks: quantity === 'rank' ? rankTicks(lowest) : TICKS_P });

  // Below the last kept nothing is known of a token but that it is below.
  if (floor && quantity === 'p') {
    context.fillStyle = theme.surface3;
    context.globalAlpha = 0.7;
    context.beginPath();
    context.moveTo(x(0), y(0));
    floor.forEach((value, at) => context.lineTo(x(at), y(value ?? 0)));
    context.lineTo(x(floor.length - 1), y(0));
    context.fill();
    context.globalAlpha = 1;
  }

  for (const course of [...courses].reverse()) {
    drawBand(context, course, x, y);
    drawLine(context, course, x, y);
  }

  for (const { layer, filled } of marks) {
    const at = layers.indexOf(layer);
    const point = courses[0]?.points[at];
    if (point) {
      context.beginPath();
      context.arc(x(at), y(point.middle), filled ? 3.5 : 5.5, 0, 2 * Math.PI);
      context.fillStyle = courses[0].colour;
      context.strokeStyle = theme.ink;
      context.lineWidth = 1.5;
      context[filled ? 'fill' : 'stroke']();
    }
  }
}

/** A course in words, for those who do not see it. */
export function courseInWords(points, quantity) {
  return points.filter((point) => point !== null)
    .map(({ layer, middle, known }) => `${layerName(layer)} ${known === 0 ? say('below the last kept') : quantity === 'rank' ? say('rank {0}', Math.round(middle)) : formatProbability(middle)}`).join(', ');
}

function drawAxes(context, { width, height, theme, layers, x, y, right, ticks }) {
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const value of ticks) {
    context.moveTo(LEFT, Math.round(y(value)) + 0.5);
    context.lineTo(right, Math.round(y(value)) + 0.5);
  }

  context.stroke();
  context.fillStyle = theme.inkFaint;
  context.font = `10px ${theme.sans}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const value of ticks) {
    context.fillText(String(value), LEFT - 5, y(value));
  }

  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  const gap = (right - LEFT) / Math.max(1, layers.length - 1);
  const every = Math.max(1, Math.ceil(28 / Math.max(1, gap)));
  layers.forEach((layer, at) => {
    if (at === layers.length - 1 || (at % every === 0 && layers.length - 1 - at >= every)) {
      context.fillText(layerName(layer), Math.min(x(at), width - 8), height - 3);
    }
  });
}

function drawBand(context, { colour, points }, x, y) {
  if (points.every((point) => point === null || point.of < 2)) {
    return;
  }

  const read = points.map((point, at) => ({ point, at })).filter(({ point }) => point !== null);
  context.fillStyle = colour;
  context.globalAlpha = 0.16;
  context.beginPath();
  for (const { point, at } of read) {
    context.lineTo(x(at), y(point.low));
  }

  for (const { point, at } of read.reverse()) {
    context.lineTo(x(at), y(point.high));
  }

  context.fill();
  context.globalAlpha = 1;
}

// Stretches where the token is below the last kept are thin: they say where it is not, not where it is.
function drawLine(context, { colour, dash, points }, x, y) {
  context.strokeStyle = colour;
  context.lineJoin = 'round';
  for (let at = 1; at < points.length; at++) {
    const [from, to] = [points[at - 1], points[at]];
    if (from === null || to === null) {
      continue;
    }

    const known = from.known > 0 || to.known > 0;
    context.lineWidth = known ? 1.75 : 0.75;
    context.setLineDash(known ? dash : [1, 4]);
    context.beginPath();
    context.moveTo(x(at - 1), y(from.middle));
    context.lineTo(x(at), y(to.middle));
    context.stroke();
  }

  context.setLineDash([]);
  if (points.filter((point) => point !== null).length === 1) {
    const at = points.findIndex((point) => point !== null);
    context.beginPath();
    context.arc(x(at), y(points[at].middle), 2, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
  }
}

function rankTicks(lowest) {
  const ticks = [1];
  while (ticks.at(-1) * 10 <= lowest) {
    ticks.push(ticks.at(-1) * 10);
  }

  return ticks;
}
