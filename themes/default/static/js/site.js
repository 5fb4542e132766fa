// Menu on narrow screens, the switch between light and dark. Everything works without this file.
(function () {
  'use strict';
  var root = document.documentElement;

  var scheme = document.querySelector('[data-scheme]');
  if (scheme) {
    var name = scheme.querySelector('[data-scheme-name]');
    var say = function () { name.textContent = scheme.dataset[root.dataset.theme || 'auto']; };
    scheme.hidden = false;
    say();
    scheme.addEventListener('click', function () {
      var next = { auto: 'dark', dark: 'light', light: 'auto' }[root.dataset.theme || 'auto'];
      if (next === 'auto') delete root.dataset.theme; else root.dataset.theme = next;
      try { if (next === 'auto') localStorage.removeItem('scheme'); else localStorage.setItem('scheme', next); } catch (error) { /* not kept */ }
      say();
    });
  }

  var menu = document.querySelector('[data-menu]');
  var navigation = document.getElementById('navigation');
  if (menu && navigation) {
    menu.hidden = false;
    menu.addEventListener('click', function () {
      var open = menu.getAttribute('aria-expanded') !== 'true';
      menu.setAttribute('aria-expanded', String(open));
      navigation.classList.toggle('open', open);
    });
  }

  var submenus = document.querySelectorAll('.submenu');
  document.addEventListener('click', function (event) {
    submenus.forEach(function (each) { if (!each.contains(event.target)) each.open = false; });
  });
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    submenus.forEach(function (each) {
      if (each.open) { each.open = false; each.querySelector('summary').focus(); }
    });
  });

  // The key of the grid is longer than a phone: there it waits behind its name.
  if (window.matchMedia('(max-width: 56rem)').matches) {
    document.querySelectorAll('.grid-key').forEach(function (each) { each.open = false; });
  }

  // Print everything that is folded, then fold it again.
  var opened = [];
  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('main details:not([open])').forEach(function (each) { each.open = true; opened.push(each); });
  });
  window.addEventListener('afterprint', function () {
    opened.forEach(function (each) { each.open = false; });
    opened = [];
  });

  // Who follows a link to what waits behind its heading finds it open.
  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var fold = target && target.closest('details');
    if (fold && !fold.open) { fold.open = true; target.scrollIntoView(); }
  }
  window.addEventListener('hashchange', reveal);
  reveal();

  document.querySelectorAll('[data-print]').forEach(function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });
  document.querySelectorAll('[data-copy]').forEach(function (button) {
    var source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', function () {
      navigator.clipboard.writeText(source.textContent.trim().replace(/\s+/g, ' ')).then(function () {
        button.textContent = button.dataset.done;
      }, function () { /* not allowed here */ });
    });
  });
})();
