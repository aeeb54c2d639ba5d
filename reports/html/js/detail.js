// What an unfolded finding shows: the resource, the evidence, what to do about it.
const facts = (pairs) => element('dl', { class: 'facts' }, ...pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
const list = (kind, values, make = (value) => value) => element(kind, {}, ...values.map((value) => element('li', {}, make(value))));

// A sentence of a rule, with what stands between backticks as code.
const prose = (value) => {
  const parts = value.split('`');
  return parts.length % 2 === 0 ? value : element('span', {}, ...parts.map((part, place) => (place % 2 === 0 ? part : element('code', {}, part))));
};

// JSON over several lines where it is more than a value.
const readable = (json) => {
  const value = JSON.parse(json);
  return value !== null && typeof value === 'object' && json.length > 60 ? JSON.stringify(value, null, 2) : json;
};

// What people call the catalogues whose ids a rule refers to; the others are products, written as they are.
const CATALOGUES = {
  aws_config: 'AWS Config', backup_audit_manager: 'AWS Backup Audit Manager', security_hub: 'AWS Security Hub', nist_800_53_r5: 'NIST SP 800-53 Rev. 5',
};

const aboutResource = (finding) => {
  const row = findings.resource[finding];
  const arn = ofResource('arn', finding);
  const pairs = [['ARN', element('div', { class: 'copyable' }, element('span', { class: 'mono' }, arn), copyButton(arn, 'the ARN'))], ['Type', ofResource('type', finding)]];
  if (resources.name[row] >= 0) pairs.push(['Name', ofResource('name', finding)]);
  pairs.push(['Account, Region', `${ofResource('account', finding) || '(open)'}, ${ofResource('region', finding) || '(open)'}`]);
  if (placeOf(finding)) pairs.push(['Place', element('span', { class: 'mono' }, placeOf(finding))]);
  if (resources.tags[row].length > 0) pairs.push(['Tags', list('ul', resources.tags[row].map(text), (tag) => element('span', { class: 'mono' }, brief(tag, 2000)))]);
  return pairs;
};

const aboutFix = (finding) => {
  const fix = detailJson('fix', finding);
  if (fix === null) return [];
  const commands = detailJson('commands', finding) ?? [];
  const parts = [element('h3', {}, 'Remediation'), element('p', {}, prose(fix.summary))];
  if (fix.steps.length > 0) parts.push(list('ol', fix.steps, prose));
  commands.forEach((command, place) => parts.push(code(command, commands.length > 1 ? `command ${place + 1}` : 'the command')));
  for (const [name, template] of [['CloudFormation', fix.cloudformation], ['Terraform', fix.terraform]]) {
    if (template) parts.push(element('details', {}, element('summary', {}, name), code(template, `the ${name} template`)));
  }
  if (fix.docs.length > 0) parts.push(element('h3', {}, 'Documentation'), list('ul', fix.docs, link));
  return parts;
};

const detailOf = (finding) => {
  const parts = [element('h3', {}, 'Resource'), facts(aboutResource(finding))];
  if (text(findings.message[finding]).length > 300) parts.push(element('h3', {}, 'Message'), element('p', {}, text(findings.message[finding])));
  const unknown = detailJson('unknown', finding);
  if (unknown !== null) parts.push(element('h3', {}, 'Unknown because'), list('ul', unknown));
  const waiver = detailJson('waiver', finding);
  if (waiver !== null) {
    parts.push(element('h3', {}, 'Waiver'), facts([['Reason', waiver.reason], ['Approved by', waiver.approved_by], ['Ends', waiver.expires ?? 'never']]));
  }
  const evidence = detailJson('evidence', finding);
  if (evidence !== null) parts.push(element('h3', {}, 'Evidence'), facts(evidence.map(([path, json]) => [element('span', { class: 'mono' }, path), element('pre', {}, readable(json))])));
  parts.push(...aboutFix(finding));
  const references = detailJson('references', finding);
  if (references !== null) parts.push(element('h3', {}, 'The same elsewhere'), facts(references.map(([name, ids]) => [CATALOGUES[name] ?? name.replaceAll('_', ' '), ids.join(', ')])));
  parts.push(element('p', {}, element('small', { class: 'mono' }, `rule ${ofRule('id', finding)} · finding ${detail('id', finding)}`)));
  return parts;
};
