// Remarks of a reviewer in the dossier: kept in this browser as they are typed, saved as a text file when asked.
(function () {
  'use strict';
  const fields = [...document.querySelectorAll('textarea[data-remarks]')];
  const dossier = document.querySelector('[data-remarks-export]');
  if (!fields.length || !dossier) return;
  // All sites opened from a stick share one store: the address tells them apart, and the title the cycle.
  const place = 'remarks ' + location.pathname + ' ' + document.querySelector('.kicker').textContent.trim() + ' ';

  function kept(name) {
    try { return localStorage.getItem(place + name) || ''; } catch (error) { return ''; }
  }
  function keep(name, text) {
    try {
      if (text) localStorage.setItem(place + name, text);
      else localStorage.removeItem(place + name);
    } catch (error) { /* the browser keeps nothing: the file still can be saved */ }
  }
  function grow(field) {
    field.style.height = 'auto';
    field.style.height = field.scrollHeight + 4 + 'px';
  }

  for (const field of fields) {
    field.value = field.value || kept(field.dataset.remarks);
    grow(field);
    field.addEventListener('input', () => { keep(field.dataset.remarks, field.value); grow(field); });
  }
  window.addEventListener('beforeprint', () => fields.forEach(grow));

  const save = document.createElement('button');
  save.type = 'button';
  save.className = 'button';
  save.textContent = dossier.dataset.remarksExport;
  save.addEventListener('click', () => {
    const title = document.querySelector('h1').textContent.trim();
    const parts = fields.filter((field) => field.value.trim()).map((field) => '## ' + field.dataset.title + '\n\n' + field.value.trim() + '\n');
    const text = ['# ' + title, document.querySelector('.kicker').textContent.trim(), '', ...parts].join('\n');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
    link.download = title.normalize('NFKD').replace(/[^\w]+/g, '-').toLowerCase() + '-remarks.md';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  const note = document.createElement('span');
  note.className = 'quiet';
  note.textContent = dossier.dataset.remarksKept;
  const print = document.querySelector('[data-print]');
  const tools = print ? print.parentElement : dossier.insertAdjacentElement('afterbegin', document.createElement('p'));
  tools.classList.add('actions');
  tools.append(save, note);
})();
