// The table of findings, a page at a time: findings, or groups that unfold to findings.
const PER_PAGE = 100;
const GROUPS_PER_PAGE = 50;
// Findings that an unfolded group shows.
const OF_GROUP = 50;
const COLUMNS = [
  ['severity', 'Severity'], ['status', 'Status'], ['finding', 'Finding'], ['resource', 'Resource'],
  ['type', 'Type'], ['account', 'Account'], ['region', 'Region'], ['practice', 'Practice'],
];

let shown = [];
let groups = [];
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
  // Columns in which every row would be empty: a template leaves account and Region open.
  for (const name of ['account', 'region']) {
    if (!resources[name].some((place) => text(place) !== '')) byId('table').classList.add(`no-${name}`);
  }
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
const fit = (columns) => { for (const cell of body().querySelectorAll('.detail > td, .group > td')) cell.colSpan = columns; };

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
  const name = nameOf(row) === id ? null : nameOf(row);
  const place = shortPlace(placeOf(finding));
  const mark = knownBefore.has(finding) ? 'known' : baseline && findings.status[finding] === FAIL ? 'new' : null;
  const where = [mark ? `${statusOf(finding)} (${mark})` : statusOf(finding), name ?? id, place, whereIs(row)].filter(Boolean).map((part) => brief(part, 120)).join(' · ');
  const made = element('tr', {},
    element('td', { class: 'c-severity' }, badge(severityOf(finding))),
    element('td', { class: 'c-status' }, badge(statusOf(finding)), mark ? element('small', {}, ` ${mark}`) : null),
    element('td', { class: 'c-finding' }, button, element('span', { class: 'message' }, brief(text(findings.message[finding]), 300)), element('span', { class: 'where clamp' }, where)),
    element('td', { class: 'c-resource' },
      clamped(name ?? id),
      name ? element('small', { class: 'clamp' }, brief(id, 200)) : null,
      place ? element('small', { class: 'mono clamp' }, brief(place, 200)) : null),
    element('td', { class: 'c-type' }, clamped(ofResource('type', finding).replace(/^AWS::/, ''))),
    element('td', { class: 'c-account' }, clamped(ofResource('account', finding) || '(open)')),
    element('td', { class: 'c-region' }, clamped(ofResource('region', finding) || '(open)')),
    element('td', { class: 'c-practice' }, ofRule('practice', finding)));
  button.addEventListener('click', () => fold(finding, made, !unfolded.has(finding)));
  return made;
};

// Rows with the details that were unfolded.
const withDetails = (list) => list.map((finding) => [finding, makeRow(finding)]);
const refold = (rows) => { for (const [finding, row] of rows) if (unfolded.has(finding)) fold(finding, row, true); };

const openGroups = new Set();
const groupName = (group) => `${state.group}-${group.key}`;

const foldGroup = (group, row, open) => {
  row.querySelector('.fold').setAttribute('aria-expanded', String(open));
  const mine = `of-${groupName(group)}`;
  if (!open) {
    openGroups.delete(groupName(group));
    for (const old of [...body().rows]) if (old.dataset.group === mine) old.remove();
    for (const finding of group.members) byId(`detail-${finding}`)?.remove();
    return;
  }
  openGroups.add(groupName(group));
  const rows = withDetails(group.members.slice(0, OF_GROUP));
  for (const [, made] of rows) Object.assign(made.dataset, { group: mine });
  const extra = [];
  if (group.members.length > OF_GROUP) {
    const fields = state.group === 'rule' ? { rule: ofRule('id', group.members[0]) } : { resource: ofResource('arn', group.members[0]) };
    const all = element('a', { href: `#${toAddress({ ...state, ...fields, group: '' })}` }, `All ${count(group.members.length, 'finding')}`);
    extra.push(element('tr', { class: 'group more', 'data-group': mine }, element('td', { colspan: width() }, all)));
  }
  const about = state.group === 'resource'
    ? [element('tr', { class: 'detail about', 'data-group': mine }, element('td', { colspan: width() }, ...resourceDetail(group.key)))]
    : [];
  row.after(...about, ...rows.map(([, made]) => made), ...extra);
  refold(rows);
};

const makeGroup = (group) => {
  const [title, below] = groupTitle(group, state.group);
  const button = element('button', { type: 'button', class: 'fold', 'aria-expanded': 'false' }, brief(title, 160));
  const row = element('tr', { class: 'group' }, element('td', { colspan: width() },
    element('div', { class: 'head' }, element('span', {}, button, element('small', {}, below)), element('span', { class: 'tally' }, ...tallyBadges(group)))));
  button.addEventListener('click', () => foldGroup(group, row, !openGroups.has(groupName(group))));
  return row;
};

const fill = (from, until) => {
  if (state.group === '') {
    const rows = withDetails(shown.slice(from, until));
    body().replaceChildren(...rows.map(([, row]) => row));
    refold(rows);
    return;
  }
  const rows = groups.slice(from, until).map((group) => [group, makeGroup(group)]);
  body().replaceChildren(...rows.map(([, row]) => row));
  for (const [group, row] of rows) if (openGroups.has(groupName(group))) foldGroup(group, row, true);
};

const showPage = () => {
  const [all, size] = state.group === '' ? [shown, PER_PAGE] : [groups, GROUPS_PER_PAGE];
  const pages = Math.max(1, Math.ceil(all.length / size));
  page = Math.min(page, pages - 1);
  fill(page * size, (page + 1) * size);
  byId('pages').hidden = pages === 1;
  byId('page').textContent = `Page ${(page + 1).toLocaleString('en')} of ${pages.toLocaleString('en')}`;
  byId('previous').disabled = page === 0;
  byId('next').disabled = page === pages - 1;
  byId('unfold').setAttribute('aria-pressed', 'false');
  byId('unfold').hidden = shown.length === 0;
  byId('table').hidden = shown.length === 0;
};

const tell = () => {
  const of = shown.length === total ? count(total, 'finding') : `${shown.length.toLocaleString('en')} of ${count(total, 'finding')}`;
  byId('count').textContent = state.group === '' ? of : `${of}, ${count(groups.length, state.group)}`;
};

const show = () => {
  shown = selected();
  groups = state.group === '' ? [] : grouped(shown);
  page = 0;
  showHead();
  showPage();
  showChips();
  tell();
};

// Shows what the state selects, and writes it into the address.
const refresh = () => {
  show();
  const address = toAddress(state);
  try {
    history.replaceState(null, '', address ? `#${address}` : location.pathname + location.search);
  } catch { /* a page in a frame may not; the address is a convenience */ }
};

const unfoldAll = (open) => {
  const buttons = body().querySelectorAll(state.group === '' ? '.fold' : '.group .fold');
  for (const button of buttons) {
    if ((button.getAttribute('aria-expanded') === 'true') !== open) button.click();
  }
};
