// The findings document, as columns that point into tables of texts. The details are read when something is first unfolded.
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const index = read('index-data');
const { texts, rules, resources, findings } = index;
const { statuses, severities } = index.head;
const total = findings.rule.length;
const knownBefore = new Set(findings.known);

let known = null;
const details = () => (known ??= read('details-data'));
const detail = (column, finding) => {
  const place = details().findings[column][finding];
  return place < 0 ? null : details().texts[place];
};
const detailJson = (column, finding) => {
  const text = detail(column, finding);
  return text === null ? null : JSON.parse(text);
};

// What the table shows of a finding.
const text = (place) => (place < 0 ? '' : texts[place]);
const ofRule = (column, finding) => text(rules[column][findings.rule[finding]]);
const ofResource = (column, finding) => text(resources[column][findings.resource[finding]]);
const statusOf = (finding) => statuses[findings.status[finding]];
const severityOf = (finding) => severities[findings.severity[finding]];
const placeOf = (finding) => text(findings.place[finding]);
