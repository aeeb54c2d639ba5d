// Which findings are shown, and in which order.
const STANDARD = ['fail', 'unknown', 'waived'];
const FIELDS = ['bp', 'account', 'region', 'type', 'rule'];
const standard = () => ({ q: '', status: new Set(STANDARD), severity: new Set(severities), bp: '', account: '', region: '', type: '', rule: '', sort: 'severity', down: false });

let state = standard();

// The state as the part of the address behind '#', and back.
const toAddress = (of) => {
  const parts = new URLSearchParams();
  const set = (name, chosen, all, usual) => {
    if (chosen.size === all.length && usual !== all.length) parts.set(name, 'all');
    else if (chosen.size !== usual || (name === 'status' && !STANDARD.every((one) => chosen.has(one)))) parts.set(name, all.filter((one) => chosen.has(one)).join(','));
  };
  if (of.q) parts.set('q', of.q);
  set('status', of.status, statuses, STANDARD.length);
  set('severity', of.severity, severities, severities.length);
  for (const field of FIELDS) if (of[field]) parts.set(field, of[field]);
  if (of.sort !== 'severity' || of.down) parts.set('sort', (of.down ? '-' : '') + of.sort);
  return parts.toString();
};

const fromAddress = (address) => {
  const parts = new URLSearchParams(address);
  const made = standard();
  const chosen = (name, all, usual) => {
    const value = parts.get(name);
    if (value === null) return usual;
    return new Set(value === 'all' ? all : value.split(',').filter((one) => all.includes(one)));
  };
  made.q = parts.get('q') ?? '';
  made.status = chosen('status', statuses, made.status);
  made.severity = chosen('severity', severities, made.severity);
  for (const field of FIELDS) made[field] = parts.get(field) ?? '';
  const sort = parts.get('sort') ?? '';
  const name = sort.replace(/^-/, '');
  if (Object.hasOwn(KEYS, name)) Object.assign(made, { sort: name, down: sort.startsWith('-') });
  return made;
};

// All texts in lower case, a line end between them, and where each begins: one long text is searched many times faster than many short ones.
let sea = null;
const searchable = () => {
  if (sea !== null) return sea;
  const all = texts.join('\n').toLowerCase();
  const begins = new Uint32Array(texts.length + 1);
  for (let place = 1; place < texts.length; place++) begins[place] = all.indexOf('\n', begins[place - 1]) + 1;
  begins[texts.length] = all.length + 1;
  return (sea = { all, begins });
};

// Which texts have a word.
const textsWith = (word) => {
  const { all, begins } = searchable();
  const hit = new Uint8Array(texts.length);
  let place = 0;
  for (let at = all.indexOf(word); at >= 0; at = all.indexOf(word, begins[place + 1])) {
    while (begins[place + 1] <= at) place++;
    hit[place] = 1;
  }
  return hit;
};

// Which findings have a word in a text that the table shows, or in a tag. Kept for the words of the last search, most of which stay while one types.
let lastWords = new Map();
const having = (word) => {
  const hit = textsWith(word);
  const any = (table, columns) => Uint8Array.from({ length: table[columns[0]].length }, (_, row) => columns.some((column) => hit[table[column][row]]));
  const rule = any(rules, ['id', 'title', 'practice']);
  const resource = any(resources, ['arn', 'type', 'id', 'name', 'account', 'region']);
  resources.tags.forEach((tags, row) => { if (tags.some((tag) => hit[tag])) resource[row] = 1; });
  const has = new Uint8Array(total);
  for (let finding = 0; finding < total; finding++) {
    has[finding] = hit[findings.message[finding]] | rule[findings.rule[finding]] | resource[findings.resource[finding]] | hit[findings.place[finding]];
  }
  return has;
};
const searched = () => {
  const words = [...new Set(state.q.toLowerCase().split(/\s+/).filter(Boolean))].slice(0, 10);
  lastWords = new Map(words.map((word) => [word, lastWords.get(word) ?? having(word)]));
  return [...lastWords.values()];
};

// The rows of a table that have these values in their columns; an empty value stands for any.
const rowsWith = (table, wanted) => {
  const rows = new Uint8Array(table[wanted[0][0]].length).fill(1);
  for (const [column, value] of wanted) {
    if (value !== '') table[column].forEach((place, row) => { if (text(place) !== value) rows[row] = 0; });
  }
  return rows;
};

const selected = () => {
  const status = statuses.map((one) => state.status.has(one));
  const severity = severities.map((one) => state.severity.has(one));
  const rule = rowsWith(rules, [['practice', state.bp], ['id', state.rule]]);
  const resource = rowsWith(resources, ['account', 'region', 'type'].map((field) => [field, state[field]]));
  const words = searched();
  const found = [];
  for (const finding of ordered()) {
    if (!status[findings.status[finding]] || !severity[findings.severity[finding]]) continue;
    if (!rule[findings.rule[finding]] || !resource[findings.resource[finding]]) continue;
    if (words.every((has) => has[finding])) found.push(finding);
  }
  return found;
};

// The rank of each row of a table by a text.
const ranks = (values) => {
  const sorted = [...new Set(values)].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const rank = new Map(sorted.map((value, place) => [value, place]));
  return values.map((value) => rank.get(value));
};
const byRule = (column) => () => { const rank = ranks(rules[column].map(text)); return findings.rule.map((row) => rank[row]); };
const byResource = (values) => () => { const rank = ranks(values()); return findings.resource.map((row) => rank[row]); };
const nameOf = (row) => text(resources.name[row]) || text(resources.id[row]);

// What can be sorted by: for each finding a number.
const KEYS = {
  severity: () => findings.severity.map((severity, finding) => severity * statuses.length + findings.status[finding]),
  status: () => findings.status.map((status, finding) => status * severities.length + findings.severity[finding]),
  finding: byRule('title'),
  practice: byRule('practice'),
  resource: byResource(() => resources.id.map((_, row) => nameOf(row))),
  type: byResource(() => resources.type.map(text)),
  account: byResource(() => resources.account.map(text)),
  region: byResource(() => resources.region.map(text)),
};

// All findings as they are sorted, by counting: stable, so that equals stay in the document's order. Each order is made once.
const orders = new Map();
const ordered = () => {
  const name = (state.down ? '-' : '') + state.sort;
  if (!orders.has(name)) {
    const buckets = [];
    KEYS[state.sort]().forEach((key, finding) => (buckets[key] ??= []).push(finding));
    const full = buckets.filter(Boolean);
    orders.set(name, Uint32Array.from((state.down ? full.reverse() : full).flat()));
  }
  return orders.get(name);
};
