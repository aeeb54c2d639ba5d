// Facts as people read them: words for paths, units for numbers, lists and tables for lists.
const ACRONYMS = new Set(['arn', 'aws', 'dlm', 'ec2', 'efs', 'eks', 'iam', 'id', 'kms', 'pitr', 'rpo', 'rto', 's3', 'sns', 'mfa']);
const UNITS = /_(seconds|minutes|hours|days|bytes|at|percent)$/;

// `protection.recovery_points.newest_at` is `recovery points: newest`.
const wordsOf = (name) => {
  const words = name.replace(UNITS, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[_\s]+/).filter(Boolean);
  return words.map((word) => (ACRONYMS.has(word.toLowerCase()) ? word.toUpperCase() : word)).join(' ');
};
const labelOf = (path) => capital(path.split('.').slice(path.includes('.') ? 1 : 0).map(wordsOf).join(': ') || wordsOf(path));

// A duration in its two largest units, as findings write it.
const duration = (seconds) => {
  const parts = [];
  let rest = Math.abs(Math.round(seconds));
  for (const [name, size] of [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]) {
    const number = Math.floor(rest / size);
    rest %= size;
    if (number > 0) parts.push(`${number.toLocaleString('en')} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return (seconds < 0 ? '-' : '') + (parts.join(' ') || '0 s');
};
const moment = (value) => {
  const time = typeof value === 'number' ? value : Date.parse(value);
  return Number.isNaN(time) ? String(value) : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
};
const ago = (time) => (time <= asOf ? `${duration((asOf - time) / 1000)} before` : `${duration((time - asOf) / 1000)} after`);

const size = (bytes) => {
  let value = bytes;
  let unit = 0;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  while (Math.abs(value) >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
};

// One value, by what the end of its name says about its unit.
const plain = (name, value) => {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const unit = UNITS.exec(name)?.[1];
  if (typeof value === 'number') {
    if (unit === 'seconds') return duration(value);
    if (unit === 'bytes') return size(value);
    if (unit === 'minutes') return duration(value * 60);
    if (unit === 'hours') return duration(value * 3600);
    if (unit === 'days') return `${value.toLocaleString('en')} ${value === 1 ? 'day' : 'days'}`;
    if (unit === 'percent') return `${value} %`;
    return value.toLocaleString('en');
  }
  if (unit === 'at') {
    const time = Date.parse(value);
    return Number.isNaN(time) ? String(value) : `${moment(value)}, ${ago(time)}`;
  }
  return String(value);
};

const isPlain = (value) => value === null || typeof value !== 'object';
// Rows of one table, and entries of one list; the evidence as JSON has all.
const LISTED = 20;
const andMore = (all) => (all > LISTED ? element('p', {}, element('small', {}, `and ${(all - LISTED).toLocaleString('en')} more`)) : null);

const table = (caption, columns, rows) => element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
  element('table', { class: 'facts-table' },
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, ...columns.map((column) => element('th', { scope: 'col' }, column)))),
    element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)))))));

// Columns of a table; more of them would be too narrow to read.
const WIDEST = 6;
const value = (name, fact, depth = 0) => {
  if (isPlain(fact)) return plain(name, fact);
  const entries = Array.isArray(fact) ? fact : Object.entries(fact);
  if (entries.length === 0) return 'none';
  if (depth > 3) return element('code', {}, brief(JSON.stringify(fact), 300));
  if (!Array.isArray(fact)) return facts(entries.slice(0, LISTED).map(([key, one]) => [capital(wordsOf(key)), value(key, one, depth + 1)]));
  if (fact.every(isPlain)) {
    const words = fact.slice(0, LISTED).map((one) => plain(name, one));
    return element('div', {}, words.join(', ').length < 90 ? words.join(', ') : list('ul', words), andMore(fact.length));
  }
  const columns = [...new Set(fact.flatMap((one) => (isPlain(one) || Array.isArray(one) ? [null] : Object.keys(one))))];
  const rows = fact.slice(0, LISTED);
  if (columns.includes(null) || columns.length > WIDEST) return element('div', {}, list('ul', rows, (one) => value(name, one, depth + 1)), andMore(fact.length));
  return element('div', {},
    table(labelOf(name), columns.map((column) => capital(wordsOf(column))), rows.map((row) => columns.map((column) => (column in row ? value(column, row[column], depth + 1) : 'not known')))),
    andMore(fact.length));
};

// What the facts are about, by the first part of their path.
const ABOUT = { resource: 'Resource', protection: 'Protection', objective: 'Objective', account: 'Account', region: 'Region', params: 'Setting of the rule' };
const evidenceFacts = (evidence) => facts(evidence.map(([path, fact]) => {
  const about = ABOUT[path.split('.')[0]];
  const label = labelOf(path);
  return [element('span', { title: path }, about && path.includes('.') ? `${about}: ${/^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1)}` : label), value(path.split('.').at(-1), fact)];
}));
