// How the parts of a view stand in an address: each kind of value is read (undefined: makes no sense) and written (nothing: at rest).

const MAX_ZOOM = 64;
const MAX_IDS = 50;
const MAX_TEXT = 200;

/** Yes or no. */
export const flag = { read: (value) => (value === '1' ? true : undefined), write: (value) => (value ? '1' : '') };

/** What somebody typed. */
export const text = { read: (value) => value.slice(0, MAX_TEXT), write: (value) => value };

/** Token ids. */
export const ids = { read: parseIds, write: (value) => value.join('_') };

/** One of some words. */
export const oneOf = (names) => ({ read: (value) => (names.includes(value) ? value : undefined), write: (value) => value });

/** A number from 0 to 1. */
export const share = { read: parseShare, write: (value) => String(value) };

/** A layer, or null. */
export const layer = { read: (value) => parseLayer(value) ?? undefined, write: (value) => (value === null ? '' : formatLayer(value)) };

/** The first and the last layer of a window, or null. */
export const layers = { read: parseLayers, write: (value) => (value === null ? '' : `${formatLayer(value[0])}-${formatLayer(value[1])}`) };

/** A token's id, or null. */
export const token = { read: (value) => (/^\d{1,7}$/.test(value) ? Number(value) : undefined), write: (value) => (value === null ? '' : String(value)) };

/** A small whole number, or null. */
export const number = { read: (value) => (/^\d{1,3}$/.test(value) ? Number(value) : undefined), write: (value) => (value === null ? '' : String(value)) };

/** Zoom and centre. */
export const look = { read: parseLook, write: formatLook };

/**
 * Reads and writes views.
 * @param {object} parts For each part of the view: its name in the address, its value at rest, and one of the kinds above.
 */
export function makeCodec(parts) {
  const rest = () => Object.fromEntries(Object.entries(parts).map(([part, { rest: value }]) => [part, structuredClone(value)]));
  return {
    rest,
    parse: (query) => {
      const view = rest();
      const parameters = new URLSearchParams(query);
      for (const [part, { name, read }] of Object.entries(parts)) {
        const written = parameters.get(name);
        const value = written === null || written === '' ? undefined : read(written);
        if (value !== undefined) {
          view[part] = value;
        }
      }

      return view;
    },
    format: (view) => {
      const parameters = new URLSearchParams();
      for (const [part, { name, rest: value, write }] of Object.entries(parts)) {
        const written = write(view[part]);
        if (written !== '' && written !== write(value)) {
          parameters.set(name, written);
        }
      }

      return parameters.toString();
    },
  };
}

/** Layer numbers as the address has them. */
export function formatLayer(value) {
  return value === 0 ? 'emb' : String(value);
}

/** The layer that a text means, or null. */
export function parseLayer(value) {
  return value === 'emb' ? 0 : /^\d{1,3}$/.test(value ?? '') ? Number(value) : null;
}

function parseLayers(value) {
  const [, from, to] = /^(emb|\d{1,3})-(emb|\d{1,3})$/.exec(value) ?? [];
  return from !== undefined && parseLayer(from) <= parseLayer(to) ? [parseLayer(from), parseLayer(to)] : undefined;
}

function parseLook(value) {
  const parts = value.split('_').map(Number);
  return parts.length === 3 && parts.every(Number.isFinite) && parts[0] >= 1 && parts[0] <= MAX_ZOOM ? { zoom: parts[0], centre: [clamp(parts[1]), clamp(parts[2])] } : undefined;
}

function formatLook({ zoom, centre }) {
  return zoom > 1 ? [zoom.toFixed(2), centre[0].toFixed(3), centre[1].toFixed(3)].join('_') : '';
}

function parseShare(value) {
  const parsed = Number(value);
  return parsed >= 0 && parsed <= 1 ? parsed : undefined;
}

function parseIds(value) {
  const read = value.split('_').filter((id) => /^\d{1,7}$/.test(id)).map(Number);
  return [...new Set(read)].slice(0, MAX_IDS);
}

function clamp(value) {
  return Math.max(0, Math.min(1, value));
}
