// What a printout shows of the findings: those that are selected, by rule or by resource, a line each, and the details of those that are
// unfolded. Paper has no pages of 100.
const PRINTED = 1000;
// Failures of these severities have a line each; of the others, only the resource is named, unless something else is to be said.
const LINES = 2;

// Resources by their place: `111122223333 · eu-west-1: a, b; 444455556666 · eu-west-1: c`.
const paperNames = (members) => {
  const places = new Map();
  for (const finding of members) {
    const where = shortPlace(placeOf(finding)) || whereIs(findings.resource[finding]);
    if (!places.has(where)) places.set(where, []);
    places.get(where).push(finding);
  }
  return [...places].flatMap(([where, of], place) => [
    place > 0 ? '; ' : '',
    element('b', {}, of.map((finding) => brief(nameOf(findings.resource[finding]), 80)).join(', ')),
    where ? element('small', {}, ` ${brief(where, 120)}`) : '',
  ]);
};

// Findings of a group that one line tells: those of the same status that say the same, and all failures that need no line of their own.
const paperLines = (group, by) => {
  const lines = new Map();
  for (const finding of group.members) {
    const own = by !== 'rule' || findings.status[finding] !== FAIL || findings.severity[finding] < LINES;
    const key = unfolded.has(finding) || by !== 'rule' ? `finding ${finding}` : own ? `${findings.status[finding]} ${findings.message[finding]}` : 'names';
    if (!lines.has(key)) lines.set(key, { own, members: [] });
    lines.get(key).members.push(finding);
  }
  return [...lines.values()];
};

const paperLine = ({ own, members }, by) => {
  const [one] = members;
  const status = findings.status[one] === FAIL ? null : badge(statusOf(one));
  const said = own ? ` ${brief(text(findings.message[one]), 240)}` : '';
  if (by === 'rule') return element('li', {}, status, ...paperNames(members), said);
  return element('li', {}, badge(severityOf(one)), status, element('b', {}, brief(ofRule('title', one), 160)), said);
};

const paperGroup = (group, by) => {
  const [title, below] = groupTitle(group, by);
  const head = headOfRule(group.members);
  const lines = paperLines(group, by);
  // A rule of which only the resources are named is one paragraph.
  const short = lines.length === 1 && !lines[0].own;
  return element('div', { class: short ? 'of-group short' : 'of-group' },
    element('h3', {}, by === 'rule' ? badge(severityOf(head)) : null, `${brief(title, 160)} `, element('small', {}, by === 'rule' ? `${below} (${group.members.length})` : below), ' '),
    element('ul', {}, ...lines.flatMap((line) => [
      paperLine(line, by),
      unfolded.has(line.members[0]) ? element('li', { class: 'detail' }, ...detailOf(line.members[0])) : '',
    ].filter(Boolean))));
};

const makePaper = () => {
  const by = state.group || 'rule';
  const printed = shown.slice(0, PRINTED);
  const all = filters().map(([label]) => label);
  byId('paper').replaceChildren(
    element('p', { class: 'hint' }, byId('count').textContent, all.length > 0 ? ` (${all.map((label) => brief(label, 80)).join('; ')})` : ' (fail, unknown or waived)', printed.length < shown.length ? `, the first ${PRINTED.toLocaleString('en')} of them printed` : ''),
    ...grouped(printed, by).map((group) => paperGroup(group, by)));
  byId('paper').hidden = false;
};
const clearPaper = () => {
  byId('paper').hidden = true;
  byId('paper').replaceChildren();
};
