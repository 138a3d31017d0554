// Who looks, as far as they say: a key by which the server knows what is theirs, and what they call themselves. Kept in this browser only.

const place = 'logitlens.person';
let person = null;

function keep() {
  try {
    window.localStorage.setItem(place, JSON.stringify(person));
  } catch {
    // storage is blocked: it lasts as long as the page
  }
}

/** { key, name }; name is null where none was given. */
export function read() {
  if (!person) {
    try {
      const kept = JSON.parse(window.localStorage.getItem(place) ?? 'null');
      if (typeof kept?.key === 'string' && /^[0-9a-f]{32}$/.test(kept.key)) {
        person = { key: kept.key, name: typeof kept.name === 'string' && kept.name ? kept.name.slice(0, 60) : null };
      }
    } catch {
      // not ours, or blocked
    }
  }

  if (!person) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    person = { key: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''), name: null };
    keep();
  }

  return person;
}

export function rename(name) {
  person = { ...read(), name: name || null };
  keep();
}
