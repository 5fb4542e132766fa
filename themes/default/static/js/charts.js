// What a chart gains by script: tooltips by pointer and keyboard, a Member to highlight, PNG and SVG to keep,
// and a switch between charts that stand side by side in one [data-chart-switch]. The page is complete without.
(function () {
  'use strict';
  const tip = document.createElement('div');
  tip.className = 'chart-tip';
  tip.setAttribute('role', 'status');
  tip.setAttribute('aria-live', 'polite');
  tip.hidden = true;
  let pointed = null;

  function show(mark) {
    if (pointed) pointed.classList.remove('pointed');
    pointed = mark;
    if (!mark) {
      tip.hidden = true;
      return;
    }
    mark.classList.add('pointed');
    if (!tip.isConnected) document.body.append(tip);
    tip.textContent = mark.dataset.label;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const middle = box.left + Math.min(box.width, 600) / 2;
    const left = Math.max(8, Math.min(middle - tip.offsetWidth / 2, document.documentElement.clientWidth - tip.offsetWidth - 8));
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = left + window.scrollX + 'px';
    tip.style.top = (above > 0 ? above : box.bottom + 8) + window.scrollY + 'px';
  }

  // --- keeping a picture ------------------------------------------------------------------------

  const DRAWN = ['fill', 'stroke', 'stroke-width', 'opacity'];

  // A copy of the SVG with the colours of the page at this moment and without what only scripts use.
  function standalone(svg) {
    const copy = svg.cloneNode(true);
    const shown = [svg, ...svg.querySelectorAll('*')];
    [copy, ...copy.querySelectorAll('*')].forEach((element, at) => {
      const style = getComputedStyle(shown[at]);
      for (const name of DRAWN) {
        if (element.hasAttribute(name)) element.setAttribute(name, style.getPropertyValue(name));
      }
      for (const { name } of [...element.attributes]) {
        if (name.startsWith('data-') || name.startsWith('aria-') || name === 'tabindex' || name === 'class') element.removeAttribute(name);
      }
    });
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    return copy;
  }

  function keep(blob, name) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const titleOf = (svg) => svg.getAttribute('aria-label') || svg.querySelector('title').textContent;

  function fileName(svg, ending) {
    const name = titleOf(svg).normalize('NFKD').replace(/[^\w]+/g, '-').replace(/^-+|-+$/g, '');
    return name.slice(0, 80).toLowerCase() + ending;
  }

  // Draws the SVG on a canvas element by element: the page's policy allows no image from memory.
  function paint(pen, element) {
    const style = getComputedStyle(element);
    pen.save();
    for (const [, kind, numbers] of (element.getAttribute('transform') || '').matchAll(/(translate|rotate)\(([^)]*)\)/g)) {
      const [first, second = 0] = numbers.split(/[ ,]+/).map(Number);
      if (kind === 'translate') pen.translate(first, second);
      else pen.rotate(first * Math.PI / 180);
    }
    pen.globalAlpha *= Number(style.opacity);
    const number = (name) => Number(element.getAttribute(name) || 0);
    let path = null;
    if (element.tagName === 'path') path = new Path2D(element.getAttribute('d'));
    if (element.tagName === 'line') {
      path = new Path2D();
      path.moveTo(number('x1'), number('y1'));
      path.lineTo(number('x2'), number('y2'));
    }
    if (element.tagName === 'circle') {
      path = new Path2D();
      path.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI);
    }
    pen.lineWidth = parseFloat(style.strokeWidth) || 1;
    pen.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(parseFloat));
    if (path && style.fill !== 'none') { pen.fillStyle = style.fill; pen.fill(path); }
    if (path && style.stroke !== 'none') { pen.strokeStyle = style.stroke; pen.stroke(path); }
    if (element.tagName === 'text') letter(pen, element, style);
    else for (const child of element.children) paint(pen, child);
    pen.restore();
  }

  function letter(pen, element, style) {
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.textAlign = { middle: 'center', end: 'right' }[style.textAnchor] || 'left';
    pen.lineJoin = 'round';
    for (const line of element.children.length ? element.children : [element]) {
      const at = [Number(line.getAttribute('x') || 0), Number(line.getAttribute('y') || 0)];
      if (style.stroke !== 'none') { pen.strokeStyle = style.stroke; pen.strokeText(line.textContent, ...at); }
      pen.fillStyle = style.fill;
      pen.fillText(line.textContent, ...at);
    }
  }

  function png(figure, svg) {
    const [, , width, height] = svg.getAttribute('viewBox').split(/[ ,]+/).map(Number);
    const scale = 3, head = 34, foot = 26;
    const canvas = document.createElement('canvas');
    canvas.width = width * scale;
    canvas.height = (height + head + foot) * scale;
    const pen = canvas.getContext('2d');
    const page = getComputedStyle(document.body);
    pen.scale(scale, scale);
    pen.fillStyle = getComputedStyle(figure).backgroundColor || page.backgroundColor;
    pen.fillRect(0, 0, width, height + head + foot);
    pen.fillStyle = page.color;
    pen.font = `700 14px ${page.fontFamily}`;
    pen.fillText(titleOf(svg), 14, 22, width - 28);
    pen.font = `400 10px ${page.fontFamily}`;
    pen.fillText(document.title, 14, head + height + 14, width - 28);
    pen.translate(0, head);
    paint(pen, svg);
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  }

  // --- a figure -----------------------------------------------------------------------------------

  // Small charts have their marks in the order of the keyboard by arrows: one stop in the page's tab order each.
  function walk(svg, marks) {
    if (!marks.length) return;
    svg.setAttribute('role', 'group');
    const title = svg.querySelector('title');
    if (title) {
      svg.setAttribute('aria-label', title.textContent);
      svg.removeAttribute('aria-labelledby');
      title.remove();
    }
    marks.forEach((mark, at) => {
      mark.setAttribute('tabindex', at ? '-1' : '0');
      mark.setAttribute('role', 'img');
      mark.setAttribute('aria-label', mark.dataset.label);
    });
    svg.addEventListener('keydown', (event) => {
      const at = marks.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
      if (event.key === 'Escape') show(null);
      if (at < 0 || to === undefined || !marks[to]) return;
      event.preventDefault();
      marks[at].setAttribute('tabindex', '-1');
      marks[to].setAttribute('tabindex', '0');
      marks[to].focus();
    });
    svg.addEventListener('focusin', (event) => { if (marks.includes(event.target)) show(event.target); });
    svg.addEventListener('focusout', () => show(null));
  }

  function button(text, act) {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.addEventListener('click', act);
    return made;
  }

  // Dots and tiles of Members: one can be picked out.
  function picker(figure, svg, marks) {
    const label = document.createElement('label');
    const select = document.createElement('select');
    const none = document.createElement('option');
    none.value = '';
    none.textContent = figure.dataset.choose;
    select.append(none);
    const names = marks.map((mark) => [mark.dataset.label.split(/\s?: /)[0], mark]);
    names.sort(([first], [second]) => first.localeCompare(second, document.documentElement.lang));
    names.forEach(([name], at) => {
      const option = document.createElement('option');
      option.value = String(at);
      option.textContent = name;
      select.append(option);
    });
    select.addEventListener('change', () => {
      marks.forEach((mark) => mark.classList.remove('highlighted'));
      const mark = select.value === '' ? null : names[Number(select.value)][1];
      svg.classList.toggle('highlighting', Boolean(mark));
      if (mark) mark.classList.add('highlighted');
      show(mark);
    });
    label.append(figure.dataset.highlight + ' ', select);
    return label;
  }

  function enhance(figure) {
    const svg = figure.querySelector('.drawing svg.chart');
    if (!svg || figure.dataset.enhanced) return;
    figure.dataset.enhanced = '';
    const marks = [...svg.querySelectorAll('[data-label]')];
    for (const mark of marks) {
      mark.addEventListener('pointerenter', () => show(mark));
      mark.addEventListener('pointerleave', () => show(null));
    }
    walk(svg, marks);
    const tools = document.createElement('div');
    tools.className = 'chart-tools';
    if (/chart-(values|map)/.test(svg.getAttribute('class')) && marks.length > 2) tools.append(picker(figure, svg, marks));
    tools.append(
      button('PNG', () => png(figure, svg).then((blob) => keep(blob, fileName(svg, '.png')))),
      button('SVG', () => keep(new Blob([new XMLSerializer().serializeToString(standalone(svg))], { type: 'image/svg+xml' }), fileName(svg, '.svg'))),
    );
    tools.setAttribute('role', 'group');
    tools.setAttribute('aria-label', figure.dataset.keep || titleOf(svg));
    figure.querySelector('.drawing').after(tools);
  }

  // A switch between the charts of a group: the first is shown, the others wait behind their names.
  function switchable(group) {
    const figures = [...group.querySelectorAll(':scope > [data-chart-name]')];
    if (figures.length < 2) return;
    const list = document.createElement('ul');
    list.className = 'chart-switch';
    const buttons = figures.map((figure) => button(figure.dataset.chartName, () => choose(figure)));
    function choose(chosen) {
      figures.forEach((figure, at) => {
        figure.hidden = figure !== chosen;
        buttons[at].setAttribute('aria-pressed', String(figure === chosen));
      });
    }
    for (const each of buttons) {
      const item = document.createElement('li');
      item.append(each);
      list.append(item);
    }
    group.prepend(list);
    choose(figures[0]);
    const all = () => figures.forEach((figure) => { figure.hidden = false; });
    window.addEventListener('beforeprint', all);
    window.addEventListener('afterprint', () => choose(figures[buttons.findIndex((each) => each.getAttribute('aria-pressed') === 'true')]));
  }

  window.pmmCharts = { enhance };
  document.querySelectorAll('figure.chart').forEach(enhance);
  document.querySelectorAll('[data-chart-switch]').forEach(switchable);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') show(null); });
})();
