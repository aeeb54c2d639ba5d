// Backups, copies and restores of a resource on one axis, which ends when the audit looked, with the age that the newest backup may have.
const MARKS = [['1 h', 3600], ['6 h', 21600], ['1 d', 86400], ['2 d', 172800], ['7 d', 604800], ['14 d', 1209600], ['30 d', 2592000], ['90 d', 7776000], ['1 y', 31536000], ['3 y', 94608000]];
const LANE = 40;
const TOP = 20;

const svg = (name, attributes, ...children) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// The place of an age in percent of the width: the present is on the right. Where the strictest of the allowed ages would be too narrow to
// see, the axis is logarithmic.
const axisOf = (ages, allowed) => {
  const oldest = Math.max(...ages, ...allowed, 7200) * 1.05;
  const small = allowed.length > 0 ? Math.min(...allowed) : Math.min(...ages, oldest);
  const logarithmic = small < oldest / 25;
  const share = (age) => (logarithmic ? Math.log1p(age / 1800) / Math.log1p(oldest / 1800) : age / oldest);
  return { oldest, logarithmic, at: (age) => 97 - 95 * Math.min(1, Math.max(0, share(age))) };
};

// Shapes tell the lanes apart without colour.
const SHAPES = {
  backup: 'M 0 -5.5 A 5.5 5.5 0 1 1 0 5.5 A 5.5 5.5 0 1 1 0 -5.5 Z',
  copy: 'M 0 -6.5 L 6.5 0 L 0 6.5 L -6.5 0 Z',
  restore: 'M -5 -5 H 5 V 5 H -5 Z',
  failed: 'M -5 -5 L 5 5 M 5 -5 L -5 5',
};

const laneOf = (lane, place, axis) => {
  const y = TOP + place * LANE + 26;
  return [
    svg('text', { class: 'lane', x: '2%', y: y - 13 }, lane.name),
    svg('line', { class: 'grid', x1: '2%', x2: '97%', y1: y, y2: y }),
    ...lane.spans.map(({ from, to }) => svg('rect', { class: 'span', x: `${axis.at(from).toFixed(2)}%`, width: `${Math.max(0.4, axis.at(to) - axis.at(from)).toFixed(2)}%`, y: y - 4, height: 8, rx: 3 },
      svg('title', {}, `every moment from ${duration(from)} to ${duration(to)} before can be restored`))),
    ...lane.events.map((event) => svg('svg', { x: `${axis.at(event.age).toFixed(2)}%`, y, class: 'at' },
      svg('path', { class: `mark ${event.class}`, d: SHAPES[event.shape] }, svg('title', {}, event.title)))),
  ];
};

// Marks that would overlap are left out, the older one of two.
const axisMarks = (axis, height) => {
  const marks = [svg('text', { class: 'end', x: '100%', y: height - 4 }, 'now')];
  let last = 97;
  for (const [name, age] of MARKS) {
    const at = axis.at(age);
    if (age > axis.oldest || last - at < 9) continue;
    last = at;
    marks.push(svg('line', { class: 'grid', x1: `${at.toFixed(2)}%`, x2: `${at.toFixed(2)}%`, y1: TOP, y2: height - 18 }), svg('text', { x: `${at.toFixed(2)}%`, y: height - 4 }, name));
  }
  return marks;
};

// How old the newest backup may be: a band that ends now for the strictest and for the loosest mechanism.
const bands = (allowed, axis, height) => [...new Set([Math.max(...allowed), Math.min(...allowed)])].flatMap((age, place, all) => {
  const start = axis.at(age);
  const near = place > 0 && start - axis.at(all[0]) < 22;
  return [
    svg('rect', { class: 'allowed', x: `${start.toFixed(2)}%`, width: `${(97 - start).toFixed(2)}%`, y: TOP, height: height - TOP - 18 }),
    ...(near ? [] : [svg('text', { class: `allowed${start > 75 ? ' end' : ''}${place > 0 ? ' second' : ''}`, x: `${(start > 75 ? 97 : start).toFixed(2)}%`, y: 13 }, `allowed age ${duration(age)}`)]),
  ];
});

// `lanes` are backups, copies and restores: each event has an age in seconds, a shape, a class and a title. A span is a time of which every
// moment can be restored. `allowed` are the ages that the mechanisms allow.
const timeline = (lanes, allowed, objective) => {
  const ages = lanes.flatMap((lane) => [...lane.events.map((event) => event.age), ...lane.spans.map((span) => span.from)]);
  if (ages.length === 0) return null;
  const axis = axisOf(ages, allowed);
  const height = TOP + lanes.length * LANE + 24;
  const said = lanes.map((lane) => `${lane.name}: ${lane.events.length === 0 ? 'none' : `${lane.events.length}, the newest ${duration(Math.min(...lane.events.map((event) => event.age)))} old`}`);
  for (const { from, to } of lanes.flatMap((lane) => lane.spans)) said.push(`Every moment from ${duration(from)} to ${duration(to)} before can be restored`);
  if (allowed.length > 0) said.push(`The newest backup may be ${[...new Set(allowed)].map(duration).join(' or ')} old`);
  const drawn = svg('svg', { class: 'timeline', role: 'img', width: '100%', height, 'aria-label': `Timeline. ${said.join('. ')}.` });
  if (allowed.length > 0) drawn.append(...bands(allowed, axis, height));
  const hasObjective = objective !== null && objective <= axis.oldest;
  if (hasObjective) {
    const at = `${axis.at(objective).toFixed(2)}%`;
    drawn.append(svg('line', { class: 'objective', x1: at, x2: at, y1: TOP, y2: height - 18 }));
  }
  drawn.append(...axisMarks(axis, height), svg('line', { class: 'now', x1: '97%', x2: '97%', y1: TOP, y2: height - 18 }));
  lanes.forEach((lane, place) => drawn.append(...laneOf(lane, place, axis)));
  const notes = [axis.logarithmic ? 'logarithmic axis' : null, hasObjective ? `dashed: RPO of ${duration(objective)}` : null].filter(Boolean);
  return element('figure', {},
    element('figcaption', {}, `Before ${moment(asOf)}`, notes.length > 0 ? element('small', {}, ` (${notes.join('; ')})`) : null),
    drawn);
};
