// Which findings are shown, and in which order.

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

// Which findings have a word in a text that the table shows, or in a tag.
const having = (word) => {
  const hit = textsWith(word);
  const any = (table, columns) => Uint8Array.from({ length: table[columns[0]].length }, (_, row) => columns.some((column) => hit[table[column][row]]));
  const rule = any(rules, ['id', 'title', 'practice']);
  const resource = any(resources, ['arn', 'type', 'id', 'name', 'account', 'region']);
  resources.tags.forEach((own, row) => { if (own.some((tag) => hit[tags.text[tag]])) resource[row] = 1; });
  const has = new Uint8Array(total);
  for (let finding = 0; finding < total; finding++) {
    has[finding] = hit[findings.message[finding]] | rule[findings.rule[finding]] | resource[findings.resource[finding]] | hit[findings.place[finding]];
  }
  return has;
};

// Kept for the words of the last searches, most of which stay while one types.
let lastWords = new Map();
const searched = (q) => {
  const words = [...new Set(q.toLowerCase().split(/\s+/).filter(Boolean))].slice(0, 10);
  const found = words.map((word) => lastWords.get(word) ?? having(word));
  lastWords = new Map([...lastWords, ...words.map((word, place) => [word, found[place]])].slice(-10));
  return found;
};

// The rows of a table that have these values in their columns; an empty value stands for any.
const rowsWith = (table, wanted) => {
  const rows = new Uint8Array(table[wanted[0][0]].length).fill(1);
  for (const [column, value] of wanted) {
    if (value !== '') table[column].forEach((place, row) => { if (text(place) !== value) rows[row] = 0; });
  }
  return rows;
};

// Which resources are selected: by their own columns, and by a tag that they have or lack.
const resourcesWith = (of) => {
  const rows = rowsWith(resources, [['account', of.account], ['region', of.region], ['type', of.type], ['arn', of.resource], ['state', of.state === COUNTED ? '' : of.state]]);
  if (of.state === COUNTED) resources.state.forEach((place, row) => { if (place < 0) rows[row] = 0; });
  for (const [column, value, keeps] of [['text', of.tag, true], ['key', of.untagged, false]]) {
    if (value === '') continue;
    const wanted = new Set(tags[column].flatMap((place, tag) => (text(place) === value ? [tag] : [])));
    resources.tags.forEach((own, row) => { if (own.some((tag) => wanted.has(tag)) !== keeps) rows[row] = 0; });
  }
  return rows;
};

const selected = (of = state) => {
  const status = statuses.map((one) => of.status.has(one));
  const severity = severities.map((one) => of.severity.has(one));
  const rule = rowsWith(rules, [['practice', of.bp], ['id', of.rule]]);
  const resource = resourcesWith(of);
  const words = searched(of.q);
  const found = [];
  for (const finding of ordered()) {
    if (!status[findings.status[finding]] || !severity[findings.severity[finding]]) continue;
    if (!rule[findings.rule[finding]] || !resource[findings.resource[finding]]) continue;
    if (of.mark && (findings.status[finding] !== FAIL || knownBefore.has(finding) !== (of.mark === 'known'))) continue;
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
