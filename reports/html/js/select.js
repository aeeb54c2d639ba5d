// Which findings are shown, and in which order. Searching looks at each text once, not at each finding's texts.
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

// Texts in lower case, made when something is first searched.
let lower = null;

// For one word: which findings have it in a text that the table shows, or in a tag.
const having = (word) => {
  lower ??= texts.map((one) => one.toLowerCase());
  const hit = new Uint8Array(texts.length);
  for (let place = 0; place < lower.length; place++) if (lower[place].includes(word)) hit[place] = 1;
  const any = (table, columns) => Uint8Array.from({ length: table[columns[0]].length }, (_, row) => columns.some((column) => hit[table[column][row]]));
  const rule = any(rules, ['id', 'title', 'practice']);
  const resource = any(resources, ['arn', 'type', 'id', 'name', 'account', 'region']);
  resources.tags.forEach((tags, row) => { if (tags.some((tag) => hit[tag])) resource[row] = 1; });
  return (finding) => hit[findings.message[finding]] || rule[findings.rule[finding]] || resource[findings.resource[finding]] || hit[findings.place[finding]];
};

// The rows of a table that have one value in a column, or null when any will do.
const rowsWith = (table, column, value) => (value === '' ? null : Uint8Array.from(table[column], (place) => (text(place) === value ? 1 : 0)));

const selected = () => {
  const status = statuses.map((one) => state.status.has(one));
  const severity = severities.map((one) => state.severity.has(one));
  const ofRules = [rowsWith(rules, 'practice', state.bp), rowsWith(rules, 'id', state.rule)].filter(Boolean);
  const ofResources = ['account', 'region', 'type'].map((field) => rowsWith(resources, field, state[field])).filter(Boolean);
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10).map(having);
  const found = [];
  for (let finding = 0; finding < total; finding++) {
    if (!status[findings.status[finding]] || !severity[findings.severity[finding]]) continue;
    if (!ofRules.every((rows) => rows[findings.rule[finding]])) continue;
    if (!ofResources.every((rows) => rows[findings.resource[finding]])) continue;
    if (words.every((has) => has(finding))) found.push(finding);
  }
  return ordered(found);
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
const keys = new Map();

// Sorts by counting: stable, so that equals stay in the document's order.
const ordered = (found) => {
  if (!keys.has(state.sort)) keys.set(state.sort, KEYS[state.sort]());
  const key = keys.get(state.sort);
  const buckets = [];
  for (const finding of found) (buckets[key[finding]] ??= []).push(finding);
  const full = buckets.filter(Boolean);
  return (state.down ? full.reverse() : full).flat();
};
