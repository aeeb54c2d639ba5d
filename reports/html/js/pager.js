// Long lists that the page already has are shown a page at a time. Paper shows all of them.
const ROWS_PER_PAGE = 20;

const makePagers = () => {
  for (const table of document.querySelectorAll('table[data-paged]')) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length <= ROWS_PER_PAGE) continue;
    const pages = Math.ceil(rows.length / ROWS_PER_PAGE);
    const where = element('span', { role: 'status' });
    let at = 0;
    const turn = (by) => {
      at += by;
      rows.forEach((row, place) => row.classList.toggle('off-page', Math.floor(place / ROWS_PER_PAGE) !== at));
      where.textContent = `Page ${at + 1} of ${pages}, ${count(rows.length, 'row')}`;
      before.disabled = at === 0;
      after.disabled = at === pages - 1;
    };
    const before = button('Previous', () => turn(-1), {});
    const after = button('Next', () => turn(1), {});
    (table.closest('.scroll') ?? table).after(element('nav', { class: 'row pager', 'aria-label': `Pages of ${table.dataset.paged}` }, before, where, after));
    turn(0);
  }
};
