// The filters that are set, each with a button that takes it away; and, where nothing is left to show, which of them leave nothing.
const NAMES = {
  bp: 'Best practice', account: 'Account', region: 'Region', type: 'Type', rule: 'Rule', resource: 'Resource', tag: 'Tag', untagged: 'Without the tag', state: 'Protection',
  mark: 'Baseline',
};

// What a field's value is called.
const valueName = (field, value) => {
  if (field === 'state') return value.replaceAll('_', ' ');
  if (field === 'type') return value.replace(/^AWS::/, '');
  return value;
};

// The filters that are not as they are at the start, and the state without each.
const filters = () => {
  const set = [];
  const usual = standard();
  if (state.q.trim()) set.push([`Search: ${state.q.trim()}`, { ...state, q: '' }]);
  for (const name of ['status', 'severity']) {
    if (!isStandard(name, state[name])) {
      const all = name === 'status' ? statuses : severities;
      const chosen = all.filter((one) => state[name].has(one));
      set.push([`${capital(name)}: ${chosen.length === 0 ? 'none' : chosen.length === all.length ? 'all' : chosen.join(', ')}`, { ...state, [name]: usual[name] }]);
    }
  }
  for (const field of FIELDS) {
    if (state[field]) set.push([`${NAMES[field]}: ${valueName(field, state[field])}`, { ...state, [field]: '' }]);
  }
  return set;
};

const setState = (made) => {
  state = made;
  showControls();
  refresh();
};

// Without its filters, the table keeps its order and groups.
const cleared = () => ({ ...standard(), group: state.group, sort: state.sort, down: state.down });

const button = (label, action, attributes) => {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', action);
  return made;
};

const showChips = () => {
  const set = filters();
  byId('chips').hidden = set.length === 0;
  byId('chips').replaceChildren(...set.map(([label, without], place) => {
    const chip = button(element('span', {}, brief(label, 80)), () => {
      setState(without);
      (byId('chips').children[place] ?? byId('q')).focus();
    }, { class: 'chip', 'aria-label': `Remove the filter ${brief(label, 80)}` });
    chip.append(element('span', { 'aria-hidden': 'true' }, '✕'));
    return chip;
  }), ...(set.length === 0 ? [] : [button('Clear filters', () => { setState(cleared()); byId('q').focus(); }, { class: 'clear' })]));
  showEmpty(set);
};

// No finding is left: says how many there would be without each filter. A filter that alone leaves nothing is named.
const showEmpty = (set) => {
  const empty = byId('empty');
  empty.hidden = shown.length > 0;
  empty.replaceChildren();
  if (shown.length > 0) return;
  if (total === 0) {
    empty.replaceChildren(element('p', {}, 'The document has no findings.'));
    return;
  }
  if (set.length === 0) {
    const all = button(`Show the ${count(total, 'finding')} that pass`, () => setState({ ...standard(), status: new Set(statuses), group: state.group }), {});
    empty.replaceChildren(element('p', {}, element('b', {}, 'Nothing fails, is unknown or is waived.')), all);
    return;
  }
  const helps = set.map(([label, without]) => [label, without, selected(without).length]).filter(([, , left]) => left > 0);
  // A search that matches only passing findings is best answered by them.
  const everything = { ...state, status: new Set(statuses), severity: new Set(severities) };
  const hidden = isStandard('status', state.status) ? selected(everything).length : 0;
  const rows = helps.map(([label, without, left]) => element('li', {},
    `Without “${brief(label, 80)}” there are ${count(left, 'finding')}. `, button('Remove it', () => { setState(without); byId('q').focus(); }, { 'aria-label': `Remove the filter ${brief(label, 80)}` })));
  if (hidden > 0) rows.unshift(element('li', {}, `${count(hidden, 'finding')} of other status or severity would match. `, button('Show them', () => { setState(everything); byId('q').focus(); }, {})));
  empty.replaceChildren(
    element('p', {}, element('b', {}, 'No finding matches these filters.'), ` They exclude all ${count(total, 'finding')} of this audit: ${set.map(([label]) => brief(label, 80)).join(' + ')}.`),
    ...(rows.length > 0 ? [element('ul', {}, ...rows)] : [element('p', {}, 'Taking away one of them is not enough.')]),
    button('Clear all filters', () => { setState(cleared()); byId('q').focus(); }, { class: 'primary' }));
};
