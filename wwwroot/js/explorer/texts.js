// The words of the modules in the page's language. A text's key is its English wording; the server puts the other language's wording into the page as
// data (#ll-texts). A page without it, such as an exported one, speaks English.
let dictionary = null;

function find(text) {
  dictionary ??= JSON.parse(document.getElementById('ll-texts')?.textContent ?? '{}');
  return dictionary[text] ?? text;
}

function fill(text, values) {
  return text.replace(/\{(\d)\}/g, (place, number) => (number < values.length ? values[number] : place));
}

/** A text; `{0}`, `{1}` … stand for the values. */
export function say(text, ...values) {
  return fill(find(text), values);
}

/** A text in the form that a whole number asks for: `sayCount('{0} patch|{0} patches', 3)`. `{0}` is the count, `{1}` the first of the values. */
export function sayCount(text, count, ...values) {
  const translated = find(text);
  const language = translated === text ? 'en' : document.documentElement.lang;
  const categories = language === 'en' ? ['one', 'other'] : ['one', 'few', 'many'];
  const forms = translated.split('|');
  const form = categories.indexOf(new Intl.PluralRules(language).select(count));
  return fill(forms[form < 0 ? forms.length - 1 : Math.min(form, forms.length - 1)], [count, ...values]);
}

/** The page's language, for the browser's own formats. */
export function languageTag() {
  return document.documentElement.lang === 'ru' ? 'ru' : 'en-GB';
}

/** With a capital letter, for the head of something: keys cannot differ in case only. */
export function capital(text) {
  return text.charAt(0).toLocaleUpperCase(languageTag()) + text.slice(1);
}

/** Marks a key in a table, which is said where it is shown. */
export function key(text) {
  return text;
}
