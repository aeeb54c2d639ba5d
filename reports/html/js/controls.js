// The controls above the table, and those of the page.
const choices = (values) => [...new Set(values)].filter(Boolean).sort();

const makeSelect = (id, values, label = (value) => value) => {
  byId(id).closest('label').hidden = values.length === 0;
  byId(id).append(element('option', { value: '' }, 'All'), ...values.map((value) => element('option', { value }, brief(label(value), 80))));
  byId(id).addEventListener('change', () => { state[id] = byId(id).value; refresh(); });
};

const makeChecks = (id, values, numbers) => {
  values.forEach((value, place) => {
    const box = element('input', { type: 'checkbox', value });
    box.addEventListener('change', () => { box.checked ? state[id].add(value) : state[id].delete(value); refresh(); });
    byId(id).append(element('label', {}, box, numbers ? `${capital(value)} ${numbers[place].toLocaleString('en')}` : capital(value)));
  });
};

const showControls = () => {
  byId('q').value = state.q;
  for (const field of CHOSEN) byId(field).value = state[field];
  for (const box of byId('group').querySelectorAll('input')) box.checked = box.value === state.group;
  for (const field of ['status', 'severity']) for (const box of byId(field).querySelectorAll('input')) box.checked = state[field].has(box.value);
};

const makeControls = () => {
  const numbers = statuses.map(() => 0);
  for (const status of findings.status) numbers[status]++;
  makeChecks('status', statuses, numbers);
  makeChecks('severity', severities, null);
  makeSelect('bp', choices(rules.practice.map(text)));
  makeSelect('account', choices(resources.account.map(text)));
  makeSelect('region', choices(resources.region.map(text)));
  makeSelect('type', choices(resources.type.map(text)), (value) => value.replace(/^AWS::/, ''));
  makeSelect('rule', choices(rules.id.map(text)));
  for (const [group, label] of [['', 'Findings'], ['resource', 'By resource'], ['rule', 'By rule']]) {
    const box = element('input', { type: 'radio', name: 'group', value: group });
    box.addEventListener('change', () => { state.group = group; refresh(); });
    byId('group').append(element('label', {}, box, label));
  }
  // A small screen has the findings before it has the filters.
  if (matchMedia('(max-width: 720px)').matches) byId('more').open = false;
  let waiting = 0;
  byId('q').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.q = byId('q').value; refresh(); }, 60);
  });
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
  const turn = (by) => () => { page += by; showPage(); byId('table').scrollIntoView(); };
  byId('previous').addEventListener('click', turn(-1));
  byId('next').addEventListener('click', turn(1));
  byId('unfold').addEventListener('click', () => {
    const open = byId('unfold').getAttribute('aria-pressed') !== 'true';
    unfoldAll(open);
    byId('unfold').setAttribute('aria-pressed', String(open));
  });
};

// The theme: the system's, or the one that was chosen; kept where the browser lets a page keep something.
const THEMES = ['system', 'light', 'dark'];
const makeTheme = () => {
  const button = byId('theme');
  const apply = (theme) => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  let theme = 'system';
  try { theme = localStorage.getItem('rel9-theme') ?? theme; } catch { /* not kept */ }
  if (!THEMES.includes(theme)) theme = 'system';
  apply(theme);
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    apply(theme);
    try { localStorage.setItem('rel9-theme', theme); } catch { /* not kept */ }
  });
  button.hidden = false;
};
