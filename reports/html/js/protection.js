// What protects a resource: read from the evidence of the rule about it, as sentences, tables and a timeline.
const RULE_OF_STATES = 'data-protected';

// The facts of a resource's protection, of the evidence of a finding; null if it has none of them.
const SHOWN_AS_TABLE = ['considered', 'considered_count', 'mechanisms', 'plans', 'backups', 'windows', 'copies', 'restores'];
const protectionOf = (evidence) => {
  const facts = Object.fromEntries(evidence.filter(([path]) => path.startsWith('protection.')).map(([path, fact]) => [path.slice('protection.'.length), fact]));
  return SHOWN_AS_TABLE.some((name) => Array.isArray(facts[name])) ? facts : null;
};
// Evidence that no table shows.
const otherEvidence = (evidence) => evidence.filter(([path, fact]) => {
  const name = path.replace(/^protection\./, '');
  return name === path || !SHOWN_AS_TABLE.includes(name) || !(Array.isArray(fact) || name === 'considered_count');
});

// A stored document is another's making: what is no record is left out.
const listOf = (protection, name) => (Array.isArray(protection[name]) ? protection[name].filter((one) => !isPlain(one)) : []);
const age = (at) => (asOf - Date.parse(at)) / 1000;
const when = (at) => (at === null || at === undefined ? '–' : element('span', { class: 'when' }, brief(moment(at), 80), Number.isNaN(Date.parse(at)) ? null : element('small', {}, ` ${ago(Date.parse(at))}`)));
const yesNo = (fact) => (fact === true ? 'yes' : fact === false ? 'no' : 'not known');
const lastPart = (arn) => (arn ? String(arn).split(':').slice(5).join(':').replace(/^[^:/]*[:/]/, '') || String(arn) : '');
const byDash = (fact) => (fact === null || fact === undefined ? '–' : brief(String(fact), 300));

// The ages that the newest backup of a mechanism may have, by the kind of the mechanism: the loosest of those that run by themselves.
const allowedAges = (protection) => {
  const ages = new Map();
  for (const one of listOf(protection, 'mechanisms')) {
    if (one.automatic === true && Number.isFinite(one.allowed_age_seconds)) ages.set(one.kind, Math.max(one.allowed_age_seconds, ages.get(one.kind) ?? 0));
  }
  return ages;
};

// Only the newest backup of a kind can be late; that earlier ones are old is as it should be.
const lanesOf = (protection, allowed) => {
  const seen = new Set();
  const backups = listOf(protection, 'backups').map((one) => {
    const newest = !seen.has(one.kind);
    seen.add(one.kind);
    const late = age(one.created_at) > (allowed.get(one.kind) ?? Infinity);
    return {
      age: age(one.created_at), shape: 'backup', class: !newest ? 'older' : late ? 'late' : 'fresh', title: `${brief(wordsOf(String(one.kind)), 80)}, ${moment(one.created_at)}`,
    };
  });
  const copies = listOf(protection, 'copies').map((one) => ({
    age: age(one.created_at ?? one.at), shape: 'copy', class: 'fresh', title: `copy in ${one.account} ${one.region}, ${moment(one.created_at ?? one.at)}`,
  }));
  const restores = listOf(protection, 'restores').map((one) => {
    const failed = one.succeeded === false;
    return { age: age(one.at), shape: failed ? 'failed' : 'restore', class: failed ? 'failed' : 'fresh', title: `restore ${failed ? 'failed' : 'succeeded'}, ${moment(one.at)}` };
  });
  const known = (lane) => ({ ...lane, events: lane.events.filter((event) => Number.isFinite(event.age)) });
  const spans = listOf(protection, 'windows').map((one) => ({ from: age(one.earliest_at), to: age(one.latest_at) })).filter(({ from, to }) => Number.isFinite(from) && Number.isFinite(to));
  return [
    known({ name: 'Backups', events: backups, spans }),
    known({ name: 'Copies', events: copies, spans: [] }),
    known({ name: 'Restores', events: restores, spans: [] }),
  ];
};

const KINDS = { backup_plan: 'Backup plan', dlm_policy: 'DLM policy' };
const reachBadge = (reaches) => (reaches === true ? element('span', { class: 'badge pass' }, 'reaches') : reaches === false ? element('span', { class: 'badge' }, 'misses') : badge('unknown'));

const consideredTable = (protection) => {
  const considered = listOf(protection, 'considered');
  if (considered.length === 0) return [element('p', { class: 'nothing' }, 'Its account and Region have no selection of a backup plan and no DLM policy.')];
  const all = protection.considered_count ?? considered.length;
  const more = all > considered.length ? element('p', {}, element('small', {}, `The nearest ${considered.length} of ${all.toLocaleString('en')}; `, element('code', {}, 'rel9 explain'), ' tells all.')) : null;
  return [table('Plans and policies that were considered', ['Plan or policy', 'Result', 'Why'], considered.map((one) => [
    element('span', { title: String(one.arn ?? '') }, brief(String(one.name ?? ''), 200), element('small', {}, ` ${KINDS[one.kind] ?? brief(wordsOf(String(one.kind)), 80)}${one.selection ? `, selection ${brief(String(one.selection), 200)}` : ''}`)),
    reachBadge(one.reaches),
    prose(brief(String(one.why ?? ''), 2000)),
  ])), more].filter(Boolean);
};

const mechanismsTable = (protection) => {
  const mechanisms = listOf(protection, 'mechanisms');
  if (mechanisms.length === 0) return [];
  return [element('h4', {}, 'What backs it up'), table('Mechanisms', ['Mechanism', 'Runs', 'Newest', 'Age', 'Allowed age', 'On schedule', 'Kept'], mechanisms.map((one) => [
    element('span', {}, brief(String(one.source ?? ''), 200), element('small', {}, ` ${brief(wordsOf(String(one.kind)), 80)}`)),
    Number.isFinite(one.interval_seconds) ? `every ${duration(one.interval_seconds)}` : one.automatic ? 'by itself' : 'by hand',
    one.last_at ? moment(one.last_at) : 'none',
    Number.isFinite(one.age_seconds) ? duration(one.age_seconds) : '–',
    Number.isFinite(one.allowed_age_seconds) ? duration(one.allowed_age_seconds) : '–',
    one.on_schedule === false ? element('span', { class: 'badge fail' }, 'late') : one.on_schedule === true ? element('span', { class: 'badge pass' }, 'on time') : '–',
    one.retention_endless === true ? 'for ever' : Number.isFinite(one.retention_days) ? plain('retention_days', one.retention_days) : '–',
  ]))];
};

// The newest of each; the tables say what the timeline draws. Evidence leaves out what was not read: a finding about the whole protection
// then says so.
const NEWEST = 10;
const eventTables = (protection, whole) => {
  const parts = [];
  const none = [];
  const add = (name, title, columns, row) => {
    const told = Array.isArray(protection[name]);
    const all = listOf(protection, name);
    if (told && all.length === 0) none.push(title.toLowerCase());
    else if (told) parts.push(element('h4', {}, title), table(title, columns, all.slice(0, NEWEST).map(row)));
    else if (whole) parts.push(element('h4', {}, title), element('p', { class: 'nothing' }, 'Not known: not all of it was read.'));
  };
  add('backups', 'Backups', ['Made', 'Kind', 'Encrypted', 'Locked', 'Vault', 'Expires', 'Backup'], (one) => [
    when(one.created_at), brief(wordsOf(String(one.kind)), 80), yesNo(one.encrypted), yesNo(one.locked), brief(lastPart(one.vault_arn ?? one.vault), 120) || '–', one.expires_at ? moment(one.expires_at).slice(0, 10) : '–',
    element('span', { class: 'mono', title: String(one.arn ?? '') }, brief(lastPart(one.arn), 60)),
  ]);
  add('copies', 'Copies elsewhere', ['Made', 'Account', 'Region', 'Encrypted', 'Locked', 'Seen as'], (one) => [
    when(one.created_at ?? one.at), byDash(one.account), byDash(one.region), yesNo(one.encrypted), yesNo(one.locked), wordsOf(String(one.seen_as ?? one.status ?? '–')),
  ]);
  add('restores', 'Restores', ['At', 'Outcome', 'Took', 'Validated', 'Known from'], (one) => [
    when(one.at),
    element('span', {}, element('span', { class: `badge ${one.succeeded === false ? 'fail' : 'pass'}` }, one.status ? brief(String(one.status), 40).toLowerCase() : one.succeeded === false ? 'failed' : 'succeeded'), one.message ? element('small', {}, ` ${brief(String(one.message), 300)}`) : null),
    Number.isFinite(one.took_seconds) ? duration(one.took_seconds) : '–', yesNo(one.validated), byDash(one.source),
  ]);
  // A continuous backup is no backup of one moment: the timeline draws it.
  const continuous = listOf(protection, 'windows').length > 0 ? ' besides the continuous ones' : '';
  if (none.length > 0) parts.push(element('p', { class: 'nothing' }, `There are no ${none.map((title) => (title === 'backups' ? `${title}${continuous}` : title)).join(', no ')}.`));
  return parts;
};

// How it went, and which plans and policies were considered.
const protectionOverview = (evidence, protection, whole) => {
  const allowed = allowedAges(protection);
  const objective = evidence.find(([path]) => path === 'objective.rpo_seconds')?.[1] ?? null;
  const drawn = timeline(lanesOf(protection, allowed), [...allowed.values()], Number.isFinite(objective) ? objective : null);
  const told = Array.isArray(protection.considered);
  const considered = told ? consideredTable(protection) : [element('p', { class: 'nothing' }, 'Not known: not all of it was read.')];
  return [
    ...(drawn === null ? [] : [element('h3', {}, 'Timeline'), drawn]),
    ...(whole || told ? [element('h3', {}, 'Backup plans and DLM policies considered'), ...considered] : []),
  ];
};

// All of it: the overview, then the tables of what the timeline draws.
const protectionParts = (evidence, protection, whole) => [
  ...protectionOverview(evidence, protection, whole), ...mechanismsTable(protection), ...eventTables(protection, whole),
];
