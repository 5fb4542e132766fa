// Search over this site's own pages. The index is a script file, so that it loads from a USB stick as well;
// it is fetched when the reader begins to type or comes with ?q=…
(function () {
  'use strict';
  const form = document.querySelector('.search-form');
  const field = document.getElementById('query');
  const status = document.querySelector('.search-status');
  const list = document.querySelector('.search-results');
  if (!form || !field || !status || !list) return;

  const MOST = 40;
  const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[’']/g, ' ').toLowerCase();
  let loading = null;

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  function engine() {
    loading = loading || Promise.all([load(form.dataset.engine), load(form.dataset.index)]).then(() => {
      const index = new window.MiniSearch({
        fields: ['title', 'kind', 'description', 'text'],
        processTerm: (term) => fold(term) || null,
        searchOptions: {
          boost: { title: 5, kind: 2, description: 2 },
          prefix: (term) => term.length > 1,
          fuzzy: (term) => (term.length > 4 ? 0.2 : false),
          combineWith: 'AND',
          boostDocument: (id) => (window.pmmSearch.pages[id][5] ? 0.4 : 1), // what is over comes below what has taken its place
        },
        tokenize: (text) => fold(text).split(/[^\p{L}\p{N}]+/u),
      });
      index.addAll(window.pmmSearch.pages.map(([path, title, kind, description, text], id) => ({ id, path, title, kind, description, text })));
      return index;
    });
    return loading;
  }

  // The text with what was found in <mark>, by folded comparison word by word.
  function marked(text, terms) {
    const parts = document.createDocumentFragment();
    for (const piece of text.split(/([^\p{L}\p{N}\p{M}]+)/u)) {
      const word = fold(piece);
      if (word && terms.some((term) => word.startsWith(term) || (term.length > 4 && word.includes(term)))) {
        const mark = document.createElement('mark');
        mark.textContent = piece;
        parts.append(mark);
      } else parts.append(piece);
    }
    return parts;
  }

  function entry(page, terms) {
    const [path, title, kind, description] = page;
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = path;
    link.append(marked(title, terms));
    item.append(link);
    if (kind) {
      const name = document.createElement('span');
      name.className = 'quiet';
      name.textContent = ' ' + kind;
      item.append(name);
    }
    if (description) {
      const text = document.createElement('p');
      text.append(marked(description, terms));
      item.append(text);
    }
    return item;
  }

  function counted(count) {
    const { language, words } = window.pmmSearch;
    const form = words.count[new Intl.PluralRules(language).select(count)] || words.count.other;
    return form.replace('{count}', count.toLocaleString(language + '-u-nu-latn'));
  }

  function links() {
    return [...list.querySelectorAll('a')];
  }

  function keep(query) {
    try {
      history.replaceState(null, '', query ? '?q=' + encodeURIComponent(query) : location.pathname);
    } catch (error) { /* some browsers do not allow it for files */ }
  }

  async function search() {
    const query = field.value.trim();
    keep(query);
    if (!query) {
      list.replaceChildren();
      status.textContent = '';
      return;
    }
    let index;
    try {
      index = await engine();
    } catch (error) {
      status.textContent = form.dataset.failed || '';
      return;
    }
    if (field.value.trim() !== query) return;
    let found = index.search(query);
    if (!found.length) found = index.search(query, { combineWith: 'OR' });
    const terms = fold(query).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const shown = found.slice(0, MOST).map(({ id, terms: matched }) => entry(window.pmmSearch.pages[id], [...terms, ...matched]));
    const at = links().indexOf(document.activeElement);
    list.replaceChildren(...shown);
    if (at >= 0) (links()[at] || field).focus();  // who went down before the last letter was searched for stays there
    status.textContent = found.length ? counted(found.length) : window.pmmSearch.words.none.replace('{query}', query);
  }

  // Down from the field into the results, up and down between them; Escape goes back to the field.
  form.parentElement.addEventListener('keydown', (event) => {
    const at = links().indexOf(document.activeElement);
    if (event.key === 'Escape' && at >= 0) field.focus();
    const next = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : null;
    if (next === null || (at < 0 && document.activeElement !== field)) return;
    event.preventDefault();
    if (next < 0) field.focus();
    else if (links()[next]) links()[next].focus();
  });

  let waiting = 0;
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 80);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    search();
  });
  const asked = new URLSearchParams(location.search).get('q') || decodeURIComponent(location.hash.slice(1));
  if (asked) {
    field.value = asked;
    search();
  }
})();
