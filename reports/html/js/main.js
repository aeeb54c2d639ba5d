// Start: the table as the address says, and again when a link on the page changes the address.
const fromHash = () => {
  const hash = location.hash.slice(1);
  if (!hash.includes('=')) return false;
  state = fromAddress(hash);
  showControls();
  refresh();
  return true;
};

// Paper has no pages of 100: all that is selected is printed, up to a number that a printer takes.
const printing = () => {
  if (shown.length > PER_PAGE) fill(0, PRINTED);
  fit(COLUMNS.length - OFF_PAPER);
  if (shown.length > PRINTED) byId('count').textContent += `, the first ${PRINTED.toLocaleString('en')} of them printed`;
};

makeTheme();
makeHead();
makeControls();
for (const id of ['filters', 'bar', 'table']) byId(id).hidden = false;
if (!fromHash()) {
  showControls();
  showHead();
  shown = selected();
  showPage();
  tell();
} else {
  byId('findings').scrollIntoView();
}
addEventListener('hashchange', () => {
  if (fromHash()) {
    byId('findings').scrollIntoView();
    byId('findings').focus({ preventScroll: true });
  }
});
addEventListener('resize', () => fit(width()));
addEventListener('beforeprint', printing);
addEventListener('afterprint', () => { showPage(); tell(); });
// What the first search needs is made while nobody waits for it.
(globalThis.requestIdleCallback ?? setTimeout)(searchable);
