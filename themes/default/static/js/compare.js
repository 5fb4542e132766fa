// Comparing: the reader chooses KPIs, groups or Members, and cycles; the choice stands in the address (#k=…&w=…&c=…).
// Figures come from two script files of this site, so that the page works from a USB stick.
(function () {
  'use strict';
  const root = document.querySelector('[data-compare]');
  if (!root) return;
  const status = root.querySelector('[role=status]');
  const SVG = 'http://www.w3.org/2000/svg';
  // The colours of charts.css, by which the picture follows the page's scheme.
  const INK = '#1b2733', SOFT = '#55636f', TRACK = '#eef2f5', AXIS = '#8794a0', OWN = '#a3195b', OWN_BEFORE = '#cc7aa1';
  const CYCLES = ['#1f6391', '#9dc0d8', '#689fc6', '#d4e4f0', '#2f75a6'];

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  function start(data, values) {
    const { language, words } = data;
    const numbers = language + '-u-nu-latn'; // the digits of the rest of the page
    const pair = (name, value) => words.pair.replace('{name}', () => name).replace('{value}', () => value);
    const counted = (n) => words.n.replace('{n}', n.toLocaleString(numbers));
    const kpis = new Map(data.kpis.map(([id, name, dimension, unit, lower, upper, direction, unitName]) => [id, { id, name, dimension, unit, lower, upper, direction, unitName }]));
    const cycles = new Map(data.cycles.map(([id, name, year]) => [id, { id, name, year }]));
    const who = new Map();
    for (const [key, name, grouping] of data.groups) who.set(key, { key, name, grouping });
    for (const [code, name] of data.members) who.set(code, { key: code, name, grouping: words.members, member: true });
    const known = { k: kpis, w: who, c: cycles };

    // --- the choice and the address -------------------------------------------------------------

    function preset() {
      const latest = data.cycles.slice(-2).map(([id]) => id);
      const first = data.groups.find(([key]) => key !== 'all' && !key.startsWith('union:'));
      const groups = first ? data.groups.filter(([, , grouping]) => grouping === first[2]).map(([key]) => key) : [];
      const newest = data.means[latest[latest.length - 1]] || {};
      const chosen = data.kpis.map(([id]) => id).filter((id) => newest[id] && newest[id].all && newest[id].all.length > 2);
      return { k: chosen.slice(0, 2), w: (data.own ? [data.own, 'all', ...data.ownGroups] : ['all', ...groups]).filter((key) => who.has(key)), c: latest };
    }

    function read() {
      const source = location.hash.length > 1 ? location.hash.slice(1) : location.search.slice(1);
      const asked = new URLSearchParams(source);
      if (!['k', 'w', 'c'].some((name) => asked.has(name))) return preset();
      const chosen = preset();
      for (const name of ['k', 'w', 'c']) {
        if (!asked.has(name)) continue;
        chosen[name] = [...new Set(asked.get(name).split(','))].filter((id) => known[name].has(id));
      }
      return chosen;
    }

    let choice = read();
    function address() {
      return '#' + ['k', 'w', 'c'].map((name) => name + '=' + choice[name].join(',')).join('&');
    }
    function changed(next) {
      choice = next;
      history.replaceState(null, '', address());
      draw();
    }
    window.addEventListener('hashchange', () => { choice = read(); draw(); });

    // --- figures --------------------------------------------------------------------------------

    function written(text, kpi) {
      const digits = (text.split('.')[1] || '').length;
      const number = Number(text).toLocaleString(numbers, { minimumFractionDigits: digits, maximumFractionDigits: digits });
      if (kpi.unit === 'percent') return data.percent.replace('{n}', number);
      if (kpi.unit === 'variation') return data.percent.replace('{n}', (Number(text) > 0 ? '+' : '') + number);
      return number;
    }

    // {text, value?, half?, n?}: what the site shows of one KPI, one group or Member, one cycle.
    function figure(kpi, one, cycle) {
      if (one.member) {
        const value = ((values[cycle] || {})[kpi.id] || {})[one.key];
        return value === undefined ? { text: words['no-value'] } : { text: written(value, kpi), value: Number(value), half: 0 };
      }
      const mean = ((data.means[cycle] || {})[kpi.id] || {})[one.key];
      if (!mean) return { text: words['no-value'] };
      return { n: mean[0], text: mean[1], value: mean[2], half: mean[3], short: mean[4] };
    }

    // --- drawing --------------------------------------------------------------------------------

    const pen = document.createElement('canvas').getContext('2d');
    function wrap(text, size, weight, room) {
      pen.font = `${weight} ${size}px "Noto Sans", sans-serif`;
      const lines = [];
      for (const word of text.split(' ')) {
        const joined = lines.length ? lines[lines.length - 1] + ' ' + word : word;
        if (lines.length && pen.measureText(joined).width <= room) lines[lines.length - 1] = joined;
        else lines.push(word);
      }
      return lines.slice(0, 3);
    }
    function element(name, attributes, text) {
      const made = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      if (text !== undefined) made.textContent = text;
      return made;
    }
    function ends(kpi) {
      const all = choice.w.flatMap((key) => choice.c.map((cycle) => figure(kpi, who.get(key), cycle)))
        .filter((each) => each.value !== undefined).flatMap((each) => [each.value - each.half, each.value + each.half]);
      const lower = kpi.lower !== null ? kpi.lower : Math.min(0, ...all);
      let upper = kpi.upper !== null ? kpi.upper : Math.max(lower, ...all);
      if (upper <= lower) upper = lower + 1;
      if (kpi.upper === null) {
        const step = 10 ** Math.floor(Math.log10(upper - lower)) / 2;
        upper = lower + Math.ceil((upper - lower) / step) * step;
      }
      return [lower, upper];
    }

    const LEFT = 14, WIDTH = 352, BAR = 10, FIGURES = 128;
    function picture(kpi) {
      const [lower, upper] = ends(kpi);
      const place = (value) => LEFT + Math.min(1, Math.max(0, (value - lower) / (upper - lower))) * WIDTH;
      const base = Math.min(upper, Math.max(lower, 0));
      const svg = element('svg', { class: 'chart chart-compare', role: 'img', 'font-family': 'Noto Sans, sans-serif', 'font-size': 13, fill: 'none', direction: 'ltr' });
      svg.append(element('title', {}, kpi.name));
      let y = 8;
      if (choice.c.length > 1) {
        let x = LEFT;
        choice.c.forEach((cycle, at) => {
          svg.append(element('path', { d: `M${x},${y + 1}h12v12h-12z`, fill: CYCLES[choice.c.length - 1 - at] || AXIS }));
          svg.append(element('text', { x: x + 18, y: y + 11, fill: SOFT, 'font-size': 12 }, cycles.get(cycle).year));
          pen.font = '400 12px "Noto Sans", sans-serif';
          x += 18 + pen.measureText(cycles.get(cycle).year).width + 18;
        });
        y += 26;
      }
      for (const key of choice.w) {
        const one = who.get(key);
        const own = key === data.own;
        const lines = wrap(one.name, 13, key === 'all' || own ? 700 : 400, WIDTH);
        const label = element('text', { fill: own ? OWN : INK, ...(key === 'all' || own ? { 'font-weight': 700 } : {}) });
        lines.forEach((line, at) => label.append(element('tspan', { x: LEFT, y: y + 12 + at * 17 }, line)));
        svg.append(label);
        y += lines.length * 17 + 3;
        choice.c.forEach((cycle, at) => {
          const found = figure(kpi, one, cycle);
          const name = cycles.get(cycle).year;
          const text = found.text + (found.n !== undefined ? `, ${counted(found.n)}` : '');
          svg.append(element('path', { d: `M${LEFT},${y}h${WIDTH - FIGURES}v${BAR}h-${WIDTH - FIGURES}z`, fill: TRACK, 'data-key': key + '-' + cycle, 'data-label': pair(`${one.name}, ${name}`, text) }));
          if (found.value !== undefined) {
            const scale = (value) => LEFT + (place(value) - LEFT) * (WIDTH - FIGURES) / WIDTH;
            const [from, to] = [scale(base), scale(found.value)].sort((a, b) => a - b);
            svg.append(element('path', { d: `M${from.toFixed(2)},${y}H${to.toFixed(2)}v${BAR}H${from.toFixed(2)}z`, fill: own ? (at === choice.c.length - 1 ? OWN : OWN_BEFORE) : CYCLES[choice.c.length - 1 - at] || AXIS }));
            if (found.half * 2 > (upper - lower) * 0.015) {
              svg.append(element('path', { d: `M${scale(found.value - found.half).toFixed(2)},${y + BAR / 2}H${scale(found.value + found.half).toFixed(2)}`, stroke: INK, 'stroke-width': 1.5 }));
            }
          }
          const figureText = wrap(found.short || found.text, 12, 400, FIGURES - 6)[0];
          svg.append(element('text', { x: LEFT + WIDTH, y: y + 9.5, 'text-anchor': 'end', 'font-size': 12, fill: found.value === undefined ? SOFT : INK, ...(at === choice.c.length - 1 && found.value !== undefined ? { 'font-weight': 700 } : {}) }, figureText));
          y += BAR + 4;
        });
        y += 9;
      }
      svg.setAttribute('viewBox', `0 0 380 ${y}`);
      svg.setAttribute('width', 380);
      svg.setAttribute('height', y);
      return svg;
    }

    function chart(kpi) {
      const box = document.createElement('figure');
      box.className = 'chart';
      box.dataset.keep = words.keep;
      const caption = document.createElement('figcaption');
      const heading = document.createElement('h3');
      const link = document.createElement('a');
      link.href = 'kpi/' + kpi.id + '.html';
      link.textContent = kpi.name;
      heading.append(link);
      caption.append(heading);
      if (kpi.unitName) {
        const unit = document.createElement('p');
        unit.textContent = kpi.unitName;
        caption.append(unit);
      }
      const drawing = document.createElement('div');
      drawing.className = 'drawing';
      drawing.append(picture(kpi));
      box.append(caption, drawing);
      return box;
    }

    // --- the table ------------------------------------------------------------------------------

    function rows() {
      return choice.k.flatMap((id) => choice.w.map((key) => {
        const kpi = kpis.get(id), one = who.get(key);
        return [kpi.name, one.name, ...choice.c.map((cycle) => figure(kpi, one, cycle))];
      }));
    }
    function table() {
      const made = document.createElement('table');
      made.className = 'data scroll';
      made.createCaption().textContent = words['caption-chosen'];
      const head = made.createTHead().insertRow();
      for (const text of [words.who, ...choice.c.map((id) => cycles.get(id).name)]) {
        const cell = document.createElement('th');
        cell.scope = 'col';
        cell.textContent = text;
        if (text !== words.who) cell.className = 'n';
        head.append(cell);
      }
      const heading = (row, scope, text) => {
        const cell = document.createElement('th');
        cell.scope = scope;
        cell.textContent = text;
        row.append(cell);
        return cell;
      };
      let body;
      rows().forEach(([kpi, one, ...figures], at) => {
        if (at % choice.w.length === 0) {
          body = made.createTBody();
          heading(body.insertRow(), 'rowgroup', kpi).colSpan = 1 + figures.length;
        }
        const row = body.insertRow();
        heading(row, 'row', one);
        for (const each of figures) {
          const cell = row.insertCell();
          cell.className = 'n';
          cell.textContent = each.short || each.text;
          if (each.n === undefined) continue;
          const contributors = document.createElement('small');
          contributors.textContent = ` ${counted(each.n)}`;
          cell.append(contributors);
        }
      });
      const scroller = document.createElement('div');
      scroller.className = 'scroller';
      scroller.tabIndex = 0;
      scroller.setAttribute('role', 'region');
      scroller.setAttribute('aria-label', words['caption-chosen']);
      scroller.append(made);
      return scroller;
    }
    function csv() {
      const quoted = (text) => {
        const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text;
        return /[",\n]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
      };
      const lines = [['kpi', 'group_or_member', 'cycle', 'contributors', 'value', 'words']];
      for (const id of choice.k) for (const key of choice.w) for (const cycle of choice.c) {
        const found = figure(kpis.get(id), who.get(key), cycle);
        lines.push([id, key, cycle, found.n === undefined ? '' : String(found.n), found.value === undefined ? '' : String(found.value), found.text]);
      }
      return lines.map((line) => line.map(quoted).join(',')).join('\r\n') + '\r\n';
    }

    // --- the controls ---------------------------------------------------------------------------

    const draws = { k: (id) => kpis.get(id).name, w: (key) => who.get(key).name };
    function chips(name) {
      const list = root.querySelector(`[data-chips=${name}]`);
      list.replaceChildren(...choice[name].map((id) => {
        const item = document.createElement('li');
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'chip';
        button.textContent = draws[name](id);
        button.setAttribute('aria-label', words.remove.replace('{name}', draws[name](id)));
        button.addEventListener('click', () => {
          const at = choice[name].indexOf(id);
          changed({ ...choice, [name]: choice[name].filter((each) => each !== id) });
          const left = list.querySelectorAll('button');
          (left[Math.min(at, left.length - 1)] || root.querySelector(`[data-add=${name}]`)).focus();
        });
        item.append(button);
        return item;
      }));
    }
    function options(name, entries) {
      const select = root.querySelector(`[data-add=${name}]`);
      const empty = document.createElement('option');
      empty.value = '';
      empty.textContent = words['choose-' + (name === 'k' ? 'kpi' : 'who')];
      select.replaceChildren(empty);
      let group = null;
      for (const [id, text, heading] of entries) {
        if (choice[name].includes(id)) continue;
        if (!group || group.label !== heading) {
          group = document.createElement('optgroup');
          group.label = heading;
          select.append(group);
        }
        const option = document.createElement('option');
        option.value = id;
        option.textContent = text;
        group.append(option);
      }
    }
    for (const name of ['k', 'w']) {
      root.querySelector(`[data-add=${name}]`).addEventListener('change', (event) => {
        if (event.target.value) changed({ ...choice, [name]: [...choice[name], event.target.value] });
      });
    }
    const boxes = root.querySelector('.compare-cycles');
    for (const { id, name } of cycles.values()) {
      const label = document.createElement('label');
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.value = id;
      box.addEventListener('change', () => {
        const checked = [...boxes.querySelectorAll('input:checked')].map((each) => each.value);
        changed({ ...choice, c: checked });
      });
      label.append(box, ' ' + name);
      boxes.append(label);
    }

    function draw() {
      chips('k');
      chips('w');
      options('k', data.kpis.map(([id, name, dimension]) => [id, name, dimension]));
      options('w', [...who.values()].map((one) => [one.key, one.name, one.grouping]));
      for (const box of boxes.querySelectorAll('input')) box.checked = choice.c.includes(box.value);
      const complete = choice.k.length && choice.w.length && choice.c.length;
      status.textContent = complete ? '' : words.none;
      const empty = document.createElement('p');
      empty.className = 'note';
      empty.textContent = words.none;
      root.querySelector('.compare-charts').replaceChildren(...(complete ? choice.k.map((id) => chart(kpis.get(id))) : [empty]));
      root.querySelector('.compare-table').replaceChildren(...(complete ? [table()] : []));
      if (window.pmmCharts) root.querySelectorAll('figure.chart').forEach(window.pmmCharts.enhance);
    }

    root.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
    root.querySelector('[data-reset]').addEventListener('click', () => changed(preset()));
    root.querySelector('[data-csv]').addEventListener('click', () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['\ufeff' + csv()], { type: 'text/csv' }));
      link.download = 'comparison.csv';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    const copy = root.querySelector('[data-link]');
    copy.hidden = !navigator.clipboard;
    copy.addEventListener('click', () => {
      navigator.clipboard.writeText(location.href.split('#')[0] + address()).then(() => { status.textContent = words.copied; }, () => {});
    });

    root.hidden = false;
    const ready = document.fonts && document.fonts.ready ? document.fonts.ready : Promise.resolve();
    ready.then(draw);
  }

  Promise.all([load(root.dataset.data), load(root.dataset.values)]).then(() => start(window.pmmCompare, window.pmmValues), () => {});
})();
