// Tables that sort: a button in each heading of table[data-sortable]. Without script the tables stay as they are.
(function () {
  'use strict';
  const language = document.documentElement.lang || 'en';
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });

  // What a cell sorts by: its data-sort, else its text. A blank stays last in either direction.
  function value(row, at) {
    const cell = row.cells[at];
    if (!cell) return '';
    return cell.dataset.sort !== undefined ? cell.dataset.sort : cell.textContent.trim();
  }

  function compare(first, second) {
    const numbers = [Number(first), Number(second)];
    return numbers.every((each) => !Number.isNaN(each)) ? numbers[0] - numbers[1] : collator.compare(first, second);
  }

  function sort(table, heading, at) {
    const descending = heading.getAttribute('aria-sort') === 'ascending';
    for (const each of table.tHead.querySelectorAll('th[aria-sort]')) each.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    for (const body of table.tBodies) {
      const rows = [...body.rows].map((row) => ({ row, by: value(row, at) }));
      const filled = rows.filter(({ by }) => by !== '');
      const blank = rows.filter(({ by }) => by === '');
      filled.sort((first, second) => (descending ? -1 : 1) * compare(first.by, second.by));
      body.append(...filled.concat(blank).map(({ row }) => row));
    }
  }

  for (const table of document.querySelectorAll('table[data-sortable]')) {
    if (!table.tHead || table.tHead.rows.length !== 1 || table.querySelector('tbody [rowspan], tbody [colspan]')) continue;
    [...table.tHead.rows[0].cells].forEach((heading, at) => {
      if (heading.dataset.nosort !== undefined || !heading.textContent.trim()) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener('click', () => sort(table, heading, at));
    });
  }
})();
