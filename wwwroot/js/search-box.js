// The search in the bar: a combobox whose list is fetched while one types, each answer replacing the one before it.

import { Listeners, make } from './explorer/dom.js';

const PAUSE = 120; // ms after the last letter
const SLOW = 300; // ms before it is said that an answer takes its time

/** @param {HTMLFormElement} form As SearchBox.razor renders it. */
export function attach(form) {
  const box = new SearchBox(form);
  form.dataset.ready = '';
  return { dispose: () => box.dispose() };
}

class SearchBox {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector('input');
    this.drop = form.querySelector('.ls-drop');
    this.list = form.querySelector('[role=listbox]');
    this.note = form.querySelector('.ls-note');
    this.status = form.querySelector('[role=status]');
    this.options = [];
    this.at = -1;
    this.shown = null; // the text whose answer is in the list
    this.listeners = new Listeners();
    this.listeners.on(this.input, 'input', () => this.#askSoon());
    this.listeners.on(this.input, 'focus', () => this.#reopen());
    this.listeners.on(this.input, 'keydown', (event) => this.#onKey(event));
    this.listeners.on(form, 'submit', (event) => this.#onSubmit(event));

    // A link of the list is followed like any other; the field is done with then.
    this.listeners.on(this.list, 'click', (event) => {
      if (event.target instanceof Element && event.target.closest('a') && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        this.#clear();
      }
    });
    this.listeners.on(form, 'focusout', (event) => {
      if (!form.contains(event.relatedTarget)) {
        this.#close();
      }
    });

    // Pressing a mouse button over the list must not take the focus from the field: the list would be gone before the click.
    this.listeners.on(this.drop, 'mousedown', (event) => event.preventDefault());
  }

  dispose() {
    this.#cancel();
    this.listeners.dispose();
  }

  #cancel() {
    clearTimeout(this.timer);
    clearTimeout(this.slow);
    this.asking?.abort();
    this.asking = null;
  }

  #askSoon() {
    this.#cancel();
    const text = this.input.value.trim();
    if (text === '') {
      this.shown = null;
      this.#close();
      return;
    }

    this.timer = setTimeout(() => this.#ask(text), PAUSE);
  }

  async #ask(text) {
    const asking = new AbortController();
    this.asking = asking;
    this.slow = setTimeout(() => this.#say(this.form.dataset.searching), SLOW);
    try {
      const answer = await fetch(`/search/suggestions?q=${encodeURIComponent(text)}`, { signal: asking.signal });
      const found = await answer.json();
      if (!answer.ok) {
        throw new Error(found.detail);
      }

      this.#show(text, found);
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.#empty();
        this.#say(error instanceof TypeError || !error.message ? this.form.dataset.unreachable : error.message);
      }
    } finally {
      if (this.asking === asking) {
        clearTimeout(this.slow);
        this.asking = null;
      }
    }
  }

  #show(text, { groups, sentence, all, allText }) {
    this.#empty();
    this.shown = text;
    groups.forEach((group, i) => {
      const head = make('div', { class: 'ls-head', id: `ls-head-${i}`, role: 'presentation' }, group.name,
        ...(group.total > group.items.length ? [make('span', { class: 'll-faint' }, ` ${group.items.length} / ${group.total}`)] : []));
      this.list.append(make('div', { role: 'group', 'aria-labelledby': `ls-head-${i}` }, head, ...group.items.map((item) => this.#option(item, text))));
    });
    if (groups.length > 0) {
      this.list.append(this.#option({ title: allText, detail: '', url: all, isAll: true }, ''));
    }

    this.note.textContent = groups.length === 0 ? sentence : '';
    this.status.textContent = sentence;
    this.#open();
  }

  #option({ title, detail, url, picture, isToken, isAll }, text) {
    const option = make('a', { role: 'option', id: `ls-option-${this.options.length}`, class: isAll ? 'ls-option ls-all' : 'ls-option', href: url, tabindex: '-1', 'aria-selected': 'false' },
      ...(picture ? [make('img', { src: picture, alt: '' })] : []),
      make('span', { class: isToken ? 'ls-title ll-mono' : 'ls-title' }, ...marked(title, text)),
      ...(detail ? [make('span', { class: 'ls-detail' }, detail)] : []));
    this.options.push(option);
    return option;
  }

  #empty() {
    this.list.replaceChildren();
    this.options = [];
    this.shown = null;
    this.note.textContent = '';
    this.#mark(-1);
  }

  #say(sentence) {
    if (this.options.length === 0) {
      this.note.textContent = sentence;
      this.#open();
    }

    this.status.textContent = sentence;
  }

  #open() {
    if (this.form.contains(document.activeElement)) {
      this.drop.hidden = false;
      this.input.setAttribute('aria-expanded', String(this.options.length > 0));
    }
  }

  #reopen() {
    if (this.input.value.trim() === '') {
      return;
    }

    if (this.shown === this.input.value.trim() && this.options.length > 0) {
      this.#open();
    } else {
      this.#askSoon();
    }
  }

  #close() {
    this.#cancel();
    this.drop.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.#mark(-1);
  }

  #clear() {
    this.input.value = '';
    this.#empty();
    this.#close();
    this.input.blur();
  }

  #mark(at) {
    this.options[this.at]?.setAttribute('aria-selected', 'false');
    this.at = at;
    const option = this.options[at];
    if (option) {
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({ block: 'nearest' });
      this.input.setAttribute('aria-activedescendant', option.id);
    } else {
      this.input.removeAttribute('aria-activedescendant');
    }
  }

  #onKey(event) {
    const count = this.options.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count > 0 && !event.altKey) {
      this.#open();

      // Past either end lies the field itself.
      const next = this.at + step;
      this.#mark(next === count || next === -1 ? -1 : next < -1 ? count - 1 : next);
    } else if (event.key === 'Enter' && this.at >= 0) {
      const option = this.options[this.at];
      if (event.ctrlKey || event.metaKey) {
        window.open(option.href, '_blank', 'noopener');
      } else {
        option.click();
      }
    } else if (event.key === 'Escape') {
      if (!this.drop.hidden) {
        this.#close();
      } else if (this.input.value !== '') {
        this.input.value = '';
        this.#empty();
      } else {
        this.input.blur();
      }
    } else {
      return;
    }

    event.preventDefault();
    event.stopPropagation();
  }

  // Without a chosen option Enter leads to the page of results.
  #onSubmit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text !== '') {
      this.#clear();
      window.Blazor.navigateTo(`${new URL(this.form.action).pathname}?q=${encodeURIComponent(text)}`);
    }
  }
}

/** A title with the part that fits what was asked for in bold. */
function marked(title, text) {
  const at = text === '' ? -1 : title.toLocaleLowerCase().indexOf(text.toLocaleLowerCase());

  // Some letters change their length with their case: then nothing is marked rather than the wrong ones.
  if (at < 0 || title.toLocaleLowerCase().length !== title.length) {
    return [title];
  }

  return [title.slice(0, at), make('mark', {}, title.slice(at, at + text.length)), title.slice(at + text.length)];
}
