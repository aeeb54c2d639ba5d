// Findings by resource or by rule.
const groupKey = { resource: (finding) => findings.resource[finding], rule: (finding) => rules.id[findings.rule[finding]] };

// How many of these findings fail by severity, and how many have another status.
const tally = (members) => {
  const fails = severities.map(() => 0);
  const others = statuses.map(() => 0);
  for (const finding of members) {
    if (findings.status[finding] === FAIL) fails[findings.severity[finding]]++;
    else others[findings.status[finding]]++;
  }
  return { fails, others };
};

// Which of two tallies is worse: the one with more failures of the highest severity in which they differ, then with more unknown.
const worse = (one, other) => {
  for (let place = 0; place < severities.length; place++) {
    if (one.fails[place] !== other.fails[place]) return other.fails[place] - one.fails[place];
  }
  return other.others[UNKNOWN] - one.others[UNKNOWN];
};

// Selected findings by what the state groups them by: the worst groups first, or as the findings are sorted.
const grouped = (selection, by = state.group) => {
  const groups = new Map();
  for (const finding of selection) {
    const key = groupKey[by](finding);
    if (groups.has(key)) groups.get(key).members.push(finding);
    else groups.set(key, { key, members: [finding] });
  }
  const all = [...groups.values()];
  for (const group of all) Object.assign(group, tally(group.members));
  if (state.sort === 'severity') all.sort(state.down ? (one, other) => worse(other, one) : worse);
  return all;
};

// `3 critical, 1 high, 2 unknown` as badges.
const tallyBadges = ({ fails, others }) => [
  ...severities.map((name, place) => (fails[place] > 0 ? element('span', { class: `badge ${name}` }, `${fails[place].toLocaleString('en')} ${name}`) : null)),
  ...statuses.map((name, place) => (others[place] > 0 ? element('span', { class: `badge ${name}` }, `${others[place].toLocaleString('en')} ${name}`) : null)),
].filter(Boolean);

// The heading of a rule: what is wrong, if one of its findings fails.
const headOfRule = (members) => members.find((finding) => findings.status[finding] === FAIL) ?? members[0];
const groupTitle = ({ members }, by) => (by === 'rule'
  ? [ofRule('title', headOfRule(members)), `${ofRule('id', members[0])} · ${ofRule('practice', members[0])}`]
  : resourceTitle(findings.resource[members[0]]));
const resourceTitle = (row) => {
  const id = text(resources.id[row]);
  const parts = [nameOf(row) === id ? '' : id, text(resources.type[row]).replace(/^AWS::/, ''), whereIs(row)];
  return [nameOf(row), parts.filter(Boolean).map((part) => brief(part, 120)).join(' · ')];
};
