// The findings document, as columns that point into tables of texts. The details are read when something is first unfolded.
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const index = read('index-data');
const { texts, rules, tags, resources, findings } = index;
const { statuses, severities, templates, baseline } = index.head;
const asOf = Date.parse(index.head.as_of);
const total = findings.rule.length;
const knownBefore = new Set(findings.known);
const FAIL = statuses.indexOf('fail');
const UNKNOWN = statuses.indexOf('unknown');

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
// The name of a resource, by its row.
const nameOf = (row) => text(resources.name[row]) || text(resources.id[row]);
// Where a resource is: a template may leave that open.
const whereIs = (row) => [text(resources.account[row]), text(resources.region[row])].filter(Boolean).join(' · ');

// A place in a template without the folders that all places share.
let shared = null;
const sharedFolders = () => {
  const places = [...new Set(findings.place)].filter((place) => place >= 0).map(text);
  if (places.length === 0) return '';
  let start = places[0];
  for (const place of places) while (!place.startsWith(start)) start = start.slice(0, -1);
  return start.slice(0, start.lastIndexOf('/') + 1);
};
const shortPlace = (place) => place.slice((shared ??= sharedFolders()).length);
