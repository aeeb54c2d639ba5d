// Building the page. Texts of the document become text nodes, never markup.
const byId = (id) => document.getElementById(id);

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ''));
  return made;
};

const count = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const brief = (value, length) => (value.length > length ? `${value.slice(0, length)}…` : value);
const badge = (word) => element('span', { class: `badge ${word}` }, word);

// Copies a text; where the clipboard is not open to a page, by way of a selection.
const copy = async (value, button) => {
  let done = false;
  try {
    await navigator.clipboard.writeText(value);
    done = true;
  } catch {
    const area = element('textarea', { class: 'unseen', 'aria-hidden': 'true' });
    area.value = value;
    document.body.append(area);
    area.select();
    done = document.execCommand('copy');
    area.remove();
    button.focus();
  }
  byId('copied').textContent = done ? 'Copied' : 'Could not be copied';
  button.textContent = done ? 'Copied' : 'Failed';
  setTimeout(() => { button.textContent = 'Copy'; byId('copied').textContent = ''; }, 1500);
};

const copyButton = (value, what) => {
  const button = element('button', { type: 'button', 'aria-label': `Copy ${what}` }, 'Copy');
  button.addEventListener('click', () => copy(value, button));
  return button;
};

const code = (value, what) => element('div', { class: 'code' }, element('pre', { tabindex: '0', role: 'region', 'aria-label': capital(what) }, value), copyButton(value, what));

// Only addresses of the web that are encrypted become links.
const link = (address) => {
  let safe = false;
  try { safe = new URL(address).protocol === 'https:'; } catch { /* it stays text */ }
  return safe ? element('a', { href: address, rel: 'noopener noreferrer', target: '_blank' }, address) : address;
};
