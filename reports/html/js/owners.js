// Coverage and failing findings by the value of a tag, such as the team that owns the data.
const USUAL_KEYS = ['owner', 'team', 'squad', 'department', 'cost-center', 'costcenter', 'cost_center', 'business-unit', 'application', 'app', 'service', 'project', 'product', 'env', 'environment', 'stage'];
const OWNERS_PER_PAGE = 12;
const PROTECTED = new Set(['protected', 'on_schedule', 'restorable_only']);

// Keys of tags: those that usually name an owner first, then those on most resources. A key whose values are all different names no owner.
const ownerKeys = () => {
  const keys = new Map();
  for (const own of resources.tags) {
    for (const tag of own) {
      const key = text(tags.key[tag]);
      if (!keys.has(key)) keys.set(key, { key, resources: 0, values: new Set() });
      keys.get(key).resources++;
      keys.get(key).values.add(tag);
    }
  }
  const rank = ({ key, values, resources: number }) => {
    const usual = USUAL_KEYS.indexOf(key.toLowerCase());
    if (usual >= 0) return usual;
    return key.startsWith('aws:') || (values.size > 3 && values.size > number / 2) ? 2000 : 1000;
  };
  return [...keys.values()].sort((one, other) => rank(one) - rank(other) || other.resources - one.resources || (one.key < other.key ? -1 : 1));
};

// Each value of a key, and the resources without it: data by protection, and failures by severity.
const owners = (key) => {
  const none = { value: null, data: 0, safe: 0, unknown: 0, fails: severities.map(() => 0) };
  const rows = new Map();
  const of = resources.tags.map((own, row) => {
    const tag = own.find((one) => text(tags.key[one]) === key);
    if (tag !== undefined && !rows.has(tag)) rows.set(tag, { ...none, value: text(tags.text[tag]), fails: severities.map(() => 0) });
    const owner = tag === undefined ? none : rows.get(tag);
    const protection = text(resources.state[row]);
    if (protection !== '') {
      owner.data++;
      if (PROTECTED.has(protection)) owner.safe++;
      if (protection === 'unknown') owner.unknown++;
    }
    return owner;
  });
  for (let finding = 0; finding < total; finding++) {
    if (findings.status[finding] === FAIL) of[findings.resource[finding]].fails[findings.severity[finding]]++;
  }
  // Accounts, plans and vaults have no owner to name: only data without the tag makes a row.
  return [...rows.values(), ...(none.data > 0 ? [none] : [])].sort((one, other) => (one === none) - (other === none) || worse({ ...one, others: [] }, { ...other, others: [] }) || 0);
};

const figure = (number, fields) => (number === 0 ? '0' : element('a', { href: addressOf(fields) }, number.toLocaleString('en')));

const shareBar = (owner) => {
  const bar = svg('svg', { class: 'bar', 'aria-hidden': 'true', width: '100%', height: 8 });
  let before = 0;
  for (const [kind, number] of [['pass', owner.safe], ['fail', owner.data - owner.safe - owner.unknown], ['unknown', owner.unknown]]) {
    if (number === 0) continue;
    bar.append(svg('rect', { class: kind, x: `${(before / owner.data) * 100}%`, width: `${(number / owner.data) * 100}%`, height: 8 }));
    before += number;
  }
  return bar;
};

// Severities that have a column of their own; the others share one.
const APART = 2;
const ownerRow = (owner, key) => {
  const mine = owner.value === null ? { untagged: key } : { tag: owner.value };
  const data = { ...mine, rule: RULE_OF_STATES, status: 'all', state: COUNTED };
  const lower = severities.slice(APART);
  const sum = owner.fails.slice(APART).reduce((all, number) => all + number, 0);
  return element('tr', {},
    element('th', { scope: 'row' }, owner.value === null ? element('i', {}, `without the tag ${brief(key, 60)}`) : brief(owner.value.slice(key.length + 1) || '(empty)', 80)),
    element('td', {}, figure(owner.data, data)),
    element('td', { class: 'share' }, owner.data > 0 ? shareBar(owner) : ''),
    element('td', {}, owner.data > 0 ? `${(Math.floor((owner.safe / owner.data) * 1000) / 10).toFixed(1)} %` : '–'),
    ...severities.slice(0, APART).map((severity, place) => element('td', {}, figure(owner.fails[place], { ...mine, status: 'fail', severity }))),
    element('td', {}, figure(sum, { ...mine, status: 'fail', severity: lower.join(',') })));
};

const showOwners = (key, all) => {
  const rows = owners(key);
  const shownRows = all ? rows : rows.slice(0, OWNERS_PER_PAGE);
  const heads = [`Tag ${brief(key, 60)}`, 'Data', element('span', { class: 'unseen' }, 'Share'), 'Protected', ...severities.slice(0, APART).map(capital), 'Lower'];
  const more = rows.length > shownRows.length ? [button(`Show all ${rows.length.toLocaleString('en')}`, () => showOwners(key, true), {})] : [];
  byId('owners-table').replaceChildren(element('table', { class: 'owners' },
    element('caption', { class: 'unseen' }, `Protected data and failing findings by the tag ${brief(key, 60)}`),
    element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, ...shownRows.map((owner) => ownerRow(owner, key)))), ...more);
};

const makeOwners = () => {
  const keys = ownerKeys();
  if (byId('owners') === null || keys.length === 0) return;
  const choice = element('select', {}, ...keys.map(({ key, resources: number }) => element('option', { value: key }, `${brief(key, 60)} (${number.toLocaleString('en')})`)));
  choice.addEventListener('change', () => showOwners(choice.value, false));
  byId('owners').append(
    element('div', { class: 'row between' }, element('h3', {}, 'By owner'), element('label', {}, 'Tag that names the owner ', choice)),
    element('div', { class: 'scroll', id: 'owners-table', role: 'region', tabindex: '0', 'aria-label': 'Coverage by owner' }));
  byId('owners').hidden = false;
  showOwners(keys[0].key, false);
};
