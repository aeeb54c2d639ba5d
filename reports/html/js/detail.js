// What an unfolded finding shows: the resource, the evidence, what to do about it.
const facts = (pairs) => element('dl', { class: 'facts' }, ...pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
const list = (kind, values, make = (value) => value) => element(kind, {}, ...values.map((value) => element('li', {}, make(value))));

// A sentence of a rule, with what stands between backticks as code.
const prose = (value) => {
  const parts = value.split('`');
  return parts.length % 2 === 0 ? value : element('span', {}, ...parts.map((part, place) => (place % 2 === 0 ? part : element('code', {}, part))));
};

// What people call the catalogues whose ids a rule refers to; the others are products, written as they are.
const CATALOGUES = {
  aws_config: 'AWS Config', backup_audit_manager: 'AWS Backup Audit Manager', security_hub: 'AWS Security Hub', nist_800_53_r5: 'NIST SP 800-53 Rev. 5',
};

const aboutResource = (row) => {
  const arn = text(resources.arn[row]);
  const pairs = [
    ['ARN', element('div', { class: 'copyable' }, element('span', { class: 'mono' }, arn), copyButton(arn, 'the ARN'))],
    ['Type', text(resources.type[row])],
  ];
  if (resources.name[row] >= 0) pairs.push(['Name', text(resources.name[row])]);
  if (!templates || whereIs(row)) pairs.push(['Account, Region', `${text(resources.account[row]) || '(open)'}, ${text(resources.region[row]) || '(open)'}`]);
  if (resources.tags[row].length > 0) {
    pairs.push(['Tags', element('span', { class: 'tags' }, ...resources.tags[row].map((tag) => element('a', { class: 'mono', href: addressOf({ tag: text(tags.text[tag]) }) }, brief(text(tags.text[tag]), 2000))))]);
  }
  return pairs;
};

// A template of the resource's own language stands open where there is no command.
const aboutFix = (finding) => {
  const fix = detailJson('fix', finding);
  if (fix === null) return [];
  const commands = detailJson('commands', finding) ?? [];
  const parts = [element('h3', {}, 'Remediation'), element('p', {}, prose(fix.summary))];
  if (fix.steps.length > 0) parts.push(list('ol', fix.steps, prose));
  commands.forEach((command, place) => parts.push(code(command, commands.length > 1 ? `command ${place + 1}` : 'the command')));
  const snippets = [['CloudFormation', fix.cloudformation], ['Terraform', fix.terraform]].filter(([, template]) => template);
  for (const [name, template] of snippets) {
    const open = commands.length === 0 && snippets.length === 1 ? '' : null;
    parts.push(element('details', { open }, element('summary', {}, name), code(template, `the ${name} template`)));
  }
  if (fix.docs.length > 0) parts.push(element('h4', {}, 'Documentation'), list('ul', fix.docs, link));
  return parts;
};

// The evidence of a finding, as pairs of a path and a fact.
const evidenceOf = (finding) => (detailJson('evidence', finding) ?? []).map(([path, json]) => [path, JSON.parse(json)]);

// The evidence that words can tell, how the resource is protected, and all of it as JSON.
const aboutEvidence = (finding) => {
  const evidence = evidenceOf(finding);
  if (evidence.length === 0) return { words: [], protection: [], raw: [] };
  const protection = protectionOf(evidence);
  const others = otherEvidence(evidence);
  return {
    words: others.length > 0 ? [element('h3', {}, 'Evidence'), evidenceFacts(others)] : [],
    protection: protection === null ? [] : protectionParts(evidence, protection, ofRule('id', finding) === RULE_OF_STATES),
    raw: [element('details', { class: 'raw' }, element('summary', {}, 'Evidence as JSON'), code(JSON.stringify(Object.fromEntries(evidence), null, 2), 'the evidence'))],
  };
};

const aboutWaiver = (finding) => {
  const waiver = detailJson('waiver', finding);
  return waiver === null ? [] : [element('h3', {}, 'Waiver'), facts([['Reason', waiver.reason], ['Approved by', waiver.approved_by], ['Ends', waiver.expires ?? 'never']])];
};

// A resource of which the findings are unfolded: what it is, and how it is protected.
const resourceDetail = (row) => {
  const finding = findings.rule.findIndex((rule, place) => findings.resource[place] === row && text(rules.id[rule]) === RULE_OF_STATES);
  const evidence = finding < 0 ? [] : evidenceOf(finding);
  const protection = protectionOf(evidence);
  return [
    facts(aboutResource(row)),
    ...(protection === null ? [] : [element('div', { class: 'protection' }, ...protectionOverview(evidence, protection, true))]),
  ];
};

// The other findings of a resource, and how its data is protected, which another finding tells.
const aboutRest = (finding) => {
  const row = findings.resource[finding];
  const others = [];
  for (let other = 0; other < total; other++) if (findings.resource[other] === row) others.push(other);
  const arn = text(resources.arn[row]);
  const parts = [];
  if (others.length > 1) parts.push(element('a', { href: addressOf({ resource: arn, status: 'all' }) }, `All ${count(others.length, 'finding')} of this resource`));
  if (ofRule('id', finding) !== RULE_OF_STATES && others.some((other) => ofRule('id', other) === RULE_OF_STATES)) {
    parts.push(element('a', { href: addressOf({ resource: arn, status: 'all', rule: RULE_OF_STATES }) }, 'Its backups, and the plans that were considered'));
  }
  parts.push(element('a', { href: addressOf({ rule: ofRule('id', finding) }) }, 'This rule on other resources'));
  return [element('p', { class: 'links' }, ...parts)];
};

const detailOf = (finding) => {
  const message = text(findings.message[finding]);
  const place = placeOf(finding);
  const unknown = detailJson('unknown', finding);
  const references = detailJson('references', finding);
  const evidence = aboutEvidence(finding);
  const left = [
    ...(message.length > 300 ? [element('h3', {}, 'Message'), element('p', {}, message)] : []),
    ...(unknown === null ? [] : [element('h3', {}, 'Unknown because'), list('ul', unknown)]),
    ...aboutWaiver(finding),
    ...evidence.words,
    element('h3', {}, 'Resource'), facts([...aboutResource(findings.resource[finding]), ...(place ? [['Place', element('span', { class: 'mono' }, place)]] : [])]),
    ...aboutRest(finding),
    ...evidence.raw,
    ...(references === null ? [] : [element('details', {}, element('summary', {}, 'The same elsewhere'), facts(references.map(([name, ids]) => [CATALOGUES[name] ?? name.replaceAll('_', ' '), ids.join(', ')])))]),
    element('p', {}, element('small', { class: 'mono' }, `rule ${ofRule('id', finding)} · finding ${detail('id', finding)}`)),
  ];
  return [
    ...(evidence.protection.length > 0 ? [element('div', { class: 'protection' }, ...evidence.protection)] : []),
    element('div', { class: 'sides' }, element('div', {}, ...left), element('div', {}, ...aboutFix(finding))),
  ];
};
