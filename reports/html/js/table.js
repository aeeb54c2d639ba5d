// The table of findings, a page at a time.
const PER_PAGE = 100;
const PRINTED = 1000;
// Type and practice, which have no room on paper.
const OFF_PAPER = 2;
const COLUMNS = [
  ['severity', 'Severity'], ['status', 'Status'], ['finding', 'Finding'], ['resource', 'Resource'],
  ['type', 'Type'], ['account', 'Account'], ['region', 'Region'], ['practice', 'Practice'],
];

let shown = [];
let page = 0;
const body = () => byId('table').tBodies[0];

const makeHead = () => {
  byId('table').tHead.rows[0].append(...COLUMNS.map(([name, title]) => {
    const button = element('button', { type: 'button' }, title, element('span', { 'aria-hidden': 'true' }));
    button.addEventListener('click', () => {
      state.down = state.sort === name && !state.down;
      state.sort = name;
      refresh();
    });
    return element('th', { scope: 'col', class: `c-${name}`, 'data-sort': name }, button);
  }));
};

const showHead = () => {
  for (const cell of byId('table').tHead.rows[0].cells) {
    const sorted = cell.dataset.sort === state.sort;
    if (sorted) cell.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
    else cell.removeAttribute('aria-sort');
    cell.querySelector('span').textContent = sorted ? (state.down ? '↓' : '↑') : '';
  }
};

// Columns that a narrow window hides are no columns: a cell that spanned them would bring them back.
const width = () => [...byId('table').tHead.rows[0].cells].filter((cell) => getComputedStyle(cell).display !== 'none').length;
const fit = (columns) => { for (const cell of body().querySelectorAll('.detail > td')) cell.colSpan = columns; };

// What is unfolded stays so on other pages and on paper.
const unfolded = new Set();

const fold = (finding, row, open) => {
  row.querySelector('.fold').setAttribute('aria-expanded', String(open));
  if (open) {
    unfolded.add(finding);
    row.after(element('tr', { class: 'detail', id: `detail-${finding}` }, element('td', { colspan: width() }, ...detailOf(finding))));
  } else {
    unfolded.delete(finding);
    byId(`detail-${finding}`).remove();
  }
};

const clamped = (value) => element('span', { class: 'clamp' }, brief(value, 200));

const makeRow = (finding) => {
  const row = findings.resource[finding];
  const button = element('button', { type: 'button', class: 'fold', 'aria-expanded': 'false', 'aria-controls': `detail-${finding}` }, brief(ofRule('title', finding), 160));
  const id = ofResource('id', finding);
  const name = resources.name[row] >= 0 && ofResource('name', finding) !== id ? ofResource('name', finding) : null;
  const account = ofResource('account', finding);
  const region = ofResource('region', finding);
  const where = [knownBefore.has(finding) ? `${statusOf(finding)} (known)` : statusOf(finding), name ?? id, placeOf(finding), account, region].filter(Boolean).map((part) => brief(part, 120)).join(' · ');
  const made = element('tr', {},
    element('td', { class: 'c-severity' }, badge(severityOf(finding))),
    element('td', { class: 'c-status' }, badge(statusOf(finding)), knownBefore.has(finding) ? element('small', {}, ' known') : null),
    element('td', { class: 'c-finding' }, button, element('span', { class: 'message' }, brief(text(findings.message[finding]), 300)), element('span', { class: 'where clamp' }, where)),
    element('td', { class: 'c-resource' },
      clamped(name ?? id),
      name ? element('small', { class: 'clamp' }, brief(id, 200)) : null,
      placeOf(finding) ? element('small', { class: 'mono' }, brief(placeOf(finding), 200)) : null),
    element('td', { class: 'c-type' }, clamped(ofResource('type', finding).replace(/^AWS::/, ''))),
    element('td', { class: 'c-account' }, clamped(account || '(open)')),
    element('td', { class: 'c-region' }, clamped(region || '(open)')),
    element('td', { class: 'c-practice' }, ofRule('practice', finding)));
  button.addEventListener('click', () => fold(finding, made, !unfolded.has(finding)));
  return made;
};

const fill = (from, until) => {
  const rows = shown.slice(from, until).map((finding) => [finding, makeRow(finding)]);
  body().replaceChildren(...rows.map(([, row]) => row));
  for (const [finding, row] of rows) if (unfolded.has(finding)) fold(finding, row, true);
};

const showPage = () => {
  const pages = Math.max(1, Math.ceil(shown.length / PER_PAGE));
  page = Math.min(page, pages - 1);
  fill(page * PER_PAGE, (page + 1) * PER_PAGE);
  byId('pages').hidden = pages === 1;
  byId('page').textContent = `Page ${(page + 1).toLocaleString('en')} of ${pages.toLocaleString('en')}`;
  byId('previous').disabled = page === 0;
  byId('next').disabled = page === pages - 1;
  byId('unfold').setAttribute('aria-pressed', 'false');
  byId('unfold').hidden = shown.length === 0;
};

const tell = () => {
  byId('count').textContent = shown.length === total ? count(total, 'finding') : `${shown.length.toLocaleString('en')} of ${count(total, 'finding')}`;
};

// Shows what the state selects, and writes it into the address.
const refresh = () => {
  shown = selected();
  page = 0;
  showHead();
  showPage();
  tell();
  const address = toAddress(state);
  try {
    history.replaceState(null, '', address ? `#${address}` : location.pathname + location.search);
  } catch { /* a page in a frame may not; the address is a convenience */ }
};

const unfoldAll = (open) => {
  for (const button of body().querySelectorAll('.fold')) {
    if ((button.getAttribute('aria-expanded') === 'true') !== open) button.click();
  }
};
