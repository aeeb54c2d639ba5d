// What is selected, as the part of the address behind '#', and back.
const STANDARD = ['fail', 'unknown', 'waived'];
// Fields that stand in a list to choose from, and those that only links set.
const CHOSEN = ['bp', 'account', 'region', 'type', 'rule'];
const LINKED = ['resource', 'tag', 'untagged', 'state', 'mark'];
const FIELDS = [...CHOSEN, ...LINKED];
// A value of `state` for all data that the coverage counts, in whatever state.
const COUNTED = 'counted';
const GROUPS = ['', 'resource', 'rule'];
const standard = () => ({
  q: '', status: new Set(STANDARD), severity: new Set(severities), sort: 'severity', down: false, group: '',
  ...Object.fromEntries(FIELDS.map((field) => [field, ''])),
});

let state = standard();

const isStandard = (name, chosen) => (name === 'status' ? chosen.size === STANDARD.length && STANDARD.every((one) => chosen.has(one)) : chosen.size === severities.length);

const toAddress = (of) => {
  const parts = new URLSearchParams();
  if (of.q) parts.set('q', of.q);
  for (const [name, all] of [['status', statuses], ['severity', severities]]) {
    if (!isStandard(name, of[name])) parts.set(name, of[name].size === all.length ? 'all' : all.filter((one) => of[name].has(one)).join(','));
  }
  for (const field of FIELDS) if (of[field]) parts.set(field, of[field]);
  if (of.group) parts.set('group', of.group);
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
  const group = parts.get('group') ?? '';
  if (GROUPS.includes(group)) made.group = group;
  const sort = parts.get('sort') ?? '';
  const name = sort.replace(/^-/, '');
  if (Object.hasOwn(KEYS, name)) Object.assign(made, { sort: name, down: sort.startsWith('-') });
  return made;
};

// A link that selects: fields that are not named are as they are at the start.
const addressOf = (fields) => `#${new URLSearchParams(fields)}`;
