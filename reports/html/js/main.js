// Start: the table as the address says, and again when a link on the page changes the address.
const fromHash = () => {
  const hash = location.hash.slice(1);
  if (!hash.includes('=')) return false;
  state = fromAddress(hash);
  showControls();
  refresh();
  return true;
};

makeTheme();
makeHead();
makeControls();
makeOwners();
makePagers();
for (const id of ['filters', 'bar']) byId(id).hidden = false;
if (!fromHash()) {
  showControls();
  show();
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
addEventListener('beforeprint', makePaper);
addEventListener('afterprint', clearPaper);
// What the first search needs is made while nobody waits for it.
(globalThis.requestIdleCallback ?? setTimeout)(searchable);
