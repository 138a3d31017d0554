// Finding tokens by their text: exact, by their beginning, by a part, or by a regular expression that is not allowed to run away.
import { say } from './texts.js';

const strings = {
  tooLong: say('The pattern is longer than 200 characters: shorten it.'),
  nested: say('Repeating a group that holds a repetition or a choice can take for ever: write it without the inner +, *, ? or |.'),
  back: say('References back into the pattern (\\1) can take for ever: leave them out.'),
  many: say('More than four open-ended repetitions can take for ever: leave some out.'),
  broken: say('Not a regular expression: {0}', ''),
};

/** The ways to match. */
export const MATCHES = ['contains', 'exact', 'prefix', 'regex'];

const MAX_PATTERN = 200;
const MAX_TEXT = 64;
const MAX_OPEN = 4;

/**
 * Makes a test for texts as they are displayed (␣ for a leading space).
 * @returns {{test: (display: string) => boolean, error: string|null}} An error is a sentence; its test matches nothing.
 */
export function makeTokenTest(pattern, match) {
  if (match === 'regex') {
    const error = judgePattern(pattern);
    if (error) {
      return { test: () => false, error };
    }

    const expression = new RegExp(pattern, 'iu');

    // What is left can still be slow in the length of the text; tokens longer than this are lines of dashes and spaces.
    return { test: (display) => expression.test(display.length > MAX_TEXT ? display.slice(0, MAX_TEXT) : display), error: null };
  }

  const wanted = pattern.replace(/^ /, '␣').toLowerCase();
  const bare = wanted.startsWith('␣');
  const test = {
    contains: (display) => display.toLowerCase().includes(wanted),
    exact: (display) => display.toLowerCase() === wanted || (!bare && display.toLowerCase() === '␣' + wanted),
    prefix: (display) => display.toLowerCase().startsWith(wanted) || (!bare && display.toLowerCase().startsWith('␣' + wanted)),
  }[match];
  return { test: (display) => wanted !== '' && test(display), error: null };
}

/** Why a pattern is not run, as a sentence; null if it may be. */
export function judgePattern(pattern) {
  if (pattern.length > MAX_PATTERN) {
    return strings.tooLong;
  }

  try {
    new RegExp(pattern, 'iu');
  } catch (error) {
    return strings.broken + String(error.message).replace(/^Invalid regular expression: /, '');
  }

  // The grammar is known to be right by now: what follows only counts. For each open group: whether it holds a repetition or a choice.
  const groups = [{ repeats: false }];
  let open = 0;
  let closed = null;
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at];
    let ended = null;
    if (sign === '\\') {
      if (/[1-9k]/.test(pattern[at + 1])) {
        return strings.back;
      }

      at++;
    } else if (sign === '[') {
      while (pattern[++at] !== ']') {
        at += pattern[at] === '\\' ? 1 : 0;
      }
    } else if (sign === '(') {
      groups.push({ repeats: false });
      at += /^\?(?:<?[=!]|:|<[^>]*>)/.exec(pattern.slice(at + 1))?.[0].length ?? 0;
    } else if (sign === ')') {
      ended = groups.pop();
    } else if (sign === '|') {
      groups.at(-1).repeats ||= groups.length > 1;
    } else if (sign === '*' || sign === '+' || sign === '{') {
      const bounded = sign === '{' && /^\{\d+\}/.test(pattern.slice(at));
      if (closed?.repeats) {
        return strings.nested;
      }

      open += bounded ? 0 : 1;
      groups.at(-1).repeats = true;
      at += sign === '{' ? pattern.indexOf('}', at) - at : 0;
      if (open > MAX_OPEN) {
        return strings.many;
      }
    } else if (sign === '?' && !/[*+?}]/.test(pattern[at - 1])) {
      groups.at(-1).repeats = true;
      ended = closed;
    }

    if (ended) {
      groups.at(-1).repeats ||= ended.repeats;
    }

    closed = ended;
  }

  return null;
}
