// Runs before the first paint: the reader's own choice of light or dark, and the mark that scripts run.
(function () {
  var root = document.documentElement;
  root.classList.add('js');
  try {
    var scheme = localStorage.getItem('scheme');
    if (scheme === 'light' || scheme === 'dark') root.dataset.theme = scheme;
  } catch (error) { /* storage may be closed: the system's wish holds */ }
})();
