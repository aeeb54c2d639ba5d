// What a printout shows of the findings: those that are selected, by rule or by resource, a line each, and the details of those that are
// unfolded. Paper has no pages of 100.
const PRINTED = 1000;
// Failures of these severities have a line each; of the others, only the resource is named, unless something else is to be said.
const LINES = 2;

const paperLine = (finding, by) => {
  const row = findings.resource[finding];
  const [title, below] = by === 'rule' ? resourceTitle(row) : [ofRule('title', finding), ofRule('id', finding)];
  const status = findings.status[finding] === FAIL ? null : badge(statusOf(finding));
  const severity = by === 'rule' ? null : badge(severityOf(finding));
  return element('li', {}, severity, status, element('b', {}, brief(title, 80)), ' ', element('small', {}, brief(by === 'rule' ? shortPlace(placeOf(finding)) || whereIs(row) || below : below, 120)), ` ${brief(text(findings.message[finding]), 200)}`);
};

// Resources of which one line can tell all, because their findings say nothing more.
const paperNames = (members) => element('p', { class: 'names' }, ...members.flatMap((finding, place) => {
  const row = findings.resource[finding];
  const name = brief(nameOf(row), 60);
  const where = shortPlace(placeOf(finding)) || whereIs(row);
  return [place > 0 ? ', ' : null, name, where ? element('small', {}, ` ${brief(where, 80)}`) : null].filter(Boolean);
}));

const paperGroup = (group, by) => {
  const [title, below] = groupTitle(group, by);
  const one = headOfRule(group.members);
  const parts = [element('h3', {}, by === 'rule' ? badge(severityOf(one)) : null, ` ${brief(title, 160)} `, element('small', {}, below, ` · ${group.members.length}`))];
  const apart = (finding) => by !== 'rule' || findings.status[finding] !== FAIL || findings.severity[finding] < LINES || unfolded.has(finding);
  const lines = group.members.filter(apart);
  const names = group.members.filter((finding) => !apart(finding));
  if (names.length > 0) parts.push(paperNames(names));
  if (lines.length > 0) {
    parts.push(element('ul', {}, ...lines.flatMap((finding) => [
      paperLine(finding, by),
      unfolded.has(finding) ? element('li', { class: 'detail' }, element('div', {}, ...detailOf(finding))) : null,
    ].filter(Boolean))));
  }
  return element('div', { class: 'of-group' }, ...parts);
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
