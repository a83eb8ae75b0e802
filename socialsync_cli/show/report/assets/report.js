"use strict";
(() => {
  const $ = (selector, inside = document) => inside.querySelector(selector);
  const $$ = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const root = document.documentElement;
  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const dateOf = (day) => new Date(Math.floor(day) * 864e5);
  const iso = (day) => dateOf(day).toISOString().slice(0, 10);
  const shortDay = (day) => dateOf(day).toLocaleDateString("en", { day: "numeric", month: "short", timeZone: "UTC" });
  const grouped = (value, digits = 0) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  /* What a page's charts are drawn from: read when it is wanted. */
  const read = new WeakMap();
  function dataOf(page) {
    if (!read.has(page)) {
      const data = JSON.parse($("script", page).textContent);
      for (const key of ["f", "e", "s"]) {
        const line = data[key];
        if (line && typeof line.x === "number") line.x = line.y.map((_, i) => line.x + i);
        if (line && line.from !== undefined) {
          let value = line.from;
          line.y = line.y.map((step) => (step === null ? null : (value += step)));
        }
      }
      read.set(page, data);
    }
    return read.get(page);
  }

  /* Lines. */
  const shown = {
    f: (value) => grouped(value),
    e: (value, digits) => grouped(value, digits) + "%",
    s: (value) => grouped(value, 1),
  };
  const labels = (values, unit) => {
    let digits = 0;
    while (digits < 5 && values.some((v) => Math.abs(Number(v.toFixed(digits)) - v) > 1e-9)) digits++;
    return values.map((v) => grouped(v, digits) + (v ? unit : ""));
  };
  const ticks = {
    f: (splits) => {
      const most = Math.max(...splits);
      const [size, unit] = most >= 1e6 ? [1e6, "M"] : most >= 1e4 ? [1e3, "k"] : [1, ""];
      return labels(splits.map((v) => v / size), unit);
    },
    e: (splits) => labels(splits, ""),
    s: (splits) => labels(splits, ""),
  };
  /* Little changes are not to look like large ones: every axis has a smallest span. */
  const ranges = {
    f: (u, low, high) => widened(low, high, Math.max(10, high * 0.005), 0, Infinity),
    e: (u, low, high) => [0, (high || 1) * 1.12],
    s: (u, low, high) => widened(low, high, 20, 0, 100),
  };
  function widened(low, high, span, floor, ceiling) {
    if (low === null) return [floor, Math.min(ceiling, floor + span)];
    const missing = Math.max(span - (high - low), (high - low) * 0.15) / 2;
    let from = low - missing, to = high + missing;
    if (from < floor) [from, to] = [floor, Math.max(to, floor + span)];
    if (to > ceiling) [from, to] = [Math.max(floor, Math.min(from, ceiling - span)), ceiling];
    return [from, to];
  }
  /* A value with nothing on either side would not be seen: it gets a dot. */
  const lonely = (u, series) =>
    u.data[series].flatMap((v, i, all) => (v != null && all[i - 1] == null && all[i + 1] == null ? [i] : []));
  const line = (stroke, more) => ({
    stroke, width: 2, points: { show: true, size: 6, width: 0, fill: stroke, filter: lonely }, ...more,
  });

  function drawBreaks(marks) {
    return (u) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour("dim");
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
      for (const [day, why] of marks) {
        const x = Math.round(u.valToPos(day, "x", true));
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        const right = x > bbox.left + bbox.width * 0.7;
        ctx.textAlign = right ? "right" : "left";
        ctx.fillText(why, x + (right ? -5 : 5) * devicePixelRatio, bbox.top + 11 * devicePixelRatio);
      }
      ctx.restore();
    };
  }

  function drawPlot(plot) {
    const key = plot.dataset.k;
    const all = dataOf(plot.closest(".page"));
    const data = all[key];
    const words = (value) => shown[key](value, all.d);
    const output = $("output", plot.parentElement);
    const main = colour(key), dim = colour("dim"), rule = colour("rule");
    const columns = data.z ? [data.x, data.y, data.z] : [data.x, data.y];
    const last = data.y.findLastIndex((v) => v !== null);
    const say = (index) => {
      if (index == null || data.y[index] === null) index = last;
      const beside = data.z && data.z[index] !== null ? `, peers ${words(data.z[index])}` : "";
      output.textContent = `${shortDay(data.x[index])}: ${words(data.y[index])}${beside}`;
    };
    const axis = { stroke: dim, font: "11px system-ui, sans-serif", ticks: { stroke: rule, size: 4, width: 1 } };
    const measure = $("canvas", plot)?.getContext("2d") ?? document.createElement("canvas").getContext("2d");
    plot.chart?.destroy();
    plot.chart = new uPlot({
      width: printing ? 440 : plot.clientWidth, height: 180, padding: [8, 8, 0, 0], legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 8, width: 2 } },
      scales: { x: { time: false }, y: { range: ranges[key] } },
      series: [
        {},
        line(main, { fill: key === "f" ? main + "1c" : undefined, fillTo: (u) => u.scales.y.min }),
        ...(data.z ? [line(colour("z"), { dash: [5, 4], width: 1.5 })] : []),
      ],
      axes: [
        {
          ...axis, size: 26, space: 64, incrs: [1, 2, 7, 14, 28, 56, 91], grid: { show: false },
          values: (u, splits) => splits.map(shortDay),
        },
        {
          ...axis, space: 34, gap: 4, grid: { stroke: rule, width: 1 },
          values: (u, splits) => ticks[key](splits),
          size: (u, labels) => {
            measure.font = "12px system-ui, sans-serif";
            return 14 + Math.max(0, ...(labels || []).map((label) => Math.ceil(measure.measureText(label).width)));
          },
        },
      ],
      hooks: { draw: data.b ? [drawBreaks(data.b)] : [], setCursor: [(u) => say(u.cursor.idx)] },
    }, columns, plot);
    say(null);
  }

  function drawSpark(cell) {
    const { f } = dataOf(cell.page);
    if (!f) return;
    const main = colour("f");
    cell.chart?.destroy();
    cell.chart = new uPlot({
      width: 100, height: 26, padding: [3, 2, 3, 2], legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false }, y: { range: ranges.f } },
      axes: [{ show: false }, { show: false }],
      series: [{}, line(main, { width: 1.5, fill: main + "1c", fillTo: (u) => u.scales.y.min })],
    }, [f.x, f.y], cell);
  }

  /* Weekday × hour. */
  const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  function drawHours(place) {
    const numbers = dataOf(place.closest(".page")).h;
    if (!numbers || place.firstChild) return;
    const posts = new Map();
    for (let i = 0; i < numbers.length; i += 3) posts.set(numbers[i] * 24 + numbers[i + 1], numbers[i + 2]);
    const most = Math.max(...posts.values());
    const table = make("table");
    table.append(make("caption", "Posts by weekday and hour, UTC", { class: "sr" }));
    const widths = make("colgroup");
    widths.append(make("col"), make("col", undefined, { span: 24 }));
    table.append(widths);
    const head = table.createTHead().insertRow();
    head.append(make("td"));
    for (let hour = 0; hour < 24; hour += 6)
      head.append(make("th", String(hour).padStart(2, "0"), { scope: "colgroup", colspan: 6, style: "text-align:left" }));
    const body = table.createTBody();
    WEEKDAYS.forEach((weekday, day) => {
      const row = body.insertRow();
      row.append(make("th", weekday, { scope: "row" }));
      for (let hour = 0; hour < 24; hour++) {
        const number = posts.get(day * 24 + hour);
        const cell = make("td", number);
        if (number) {
          cell.dataset.n = number;
          cell.style.setProperty("--v", number / most);
          if (number / most > 0.55) cell.className = "hi";
          cell.title = `${weekday} ${String(hour).padStart(2, "0")}:00 to ${hour + 1}:00: ${plural(number, "post")}`;
        }
        row.append(cell);
      }
    });
    place.append(table);
  }

  /* The same for those who cannot see lines, or want the numbers. */
  function drawNumbers(details) {
    if ($("table", details)) return;
    const data = dataOf(details.closest(".page"));
    const days = new Map();
    const columns = [["f", "y", "Followers", "f"], ["e", "y", "Engagement rate", "e"], ["e", "z", "Peers", "e"], ["s", "y", "Score", "s"]]
      .filter(([key]) => data[key]);
    columns.forEach(([key, part], column) => data[key].x.forEach((day, i) => {
      const value = data[key][part][i];
      if (value === null) return;
      if (!days.has(day)) days.set(day, []);
      days.get(day)[column] = value;
    }));
    const table = make("table");
    table.append(make("caption", "Followers, engagement rate and score by day, newest first", { class: "sr" }));
    const head = table.createTHead().insertRow();
    head.append(make("th", "Day", { scope: "col" }));
    for (const [, , title] of columns) head.append(make("th", title, { scope: "col", class: "n" }));
    const body = table.createTBody();
    for (const day of [...days.keys()].sort((a, b) => b - a)) {
      const row = body.insertRow();
      row.append(make("th", iso(day), { scope: "row" }));
      columns.forEach(([, , , kind], column) => {
        const value = days.get(day)[column];
        row.append(make("td", value === undefined ? "–" : shown[kind](value, data.d), { class: "n" }));
      });
    }
    const wrap = make("div", undefined, { tabindex: "0", role: "region", "aria-label": "The charts as numbers" });
    wrap.append(table);
    details.append(wrap);
  }

  /* Things are drawn when they come into view, and again when light turns to dark or a width changes. */
  const drawn = new Set();
  const draw = (place) => {
    if (place.matches(".plot")) {
      drawPlot(place);
      resized.observe(place);
    }
    else if (place.matches(".hours")) drawHours(place);
    else drawSpark(place);
    drawn.add(place);
  };
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "300px" });
  const resized = new ResizeObserver((entries) => {
    if (printing) return;
    for (const { target, contentRect } of entries)
      if (target.chart && contentRect.width && target.chart.width !== contentRect.width)
        target.chart.setSize({ width: contentRect.width, height: 180 });
  });
  const redraw = () => drawn.forEach((place) => place.chart && draw(place));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  const pages = $$(".page");
  let printing = false;
  addEventListener("beforeprint", () => {
    printing = true;
    root.classList.add("paper");
    if (pages.length <= 30) pages.forEach((page) => { if (!page.open) page.open = page.dataset.opened = true; });
    pages.filter((page) => page.open).forEach((page) => $$(".plot, .hours", page).forEach(draw));
    redraw();
  });
  addEventListener("afterprint", () => {
    printing = false;
    root.classList.remove("paper");
    pages.filter((page) => page.dataset.opened).forEach((page) => { page.open = false; delete page.dataset.opened; });
    redraw();
  });

  /* Pages open and close. */
  for (const page of pages) {
    page.addEventListener("toggle", () => {
      if (page.open && !printing) $$(".plot, .hours", page).forEach((place) => drawn.has(place) || seen.observe(place));
    });
    $(".numbers", page)?.addEventListener("toggle", (event) => drawNumbers(event.target));
  }
  /* What is opened to be looked at is drawn at once. */
  function openAndDraw(page) {
    page.open = true;
    $$(".plot, .hours", page).forEach((place) => drawn.has(place) || draw(place));
  }
  const openAll = (open) => pages.forEach((page) => { if (!page.hidden) page.open = open; });
  $("#open-all").addEventListener("click", () => openAll(true));
  $("#close-all").addEventListener("click", () => openAll(false));
  function openNamed() {
    const page = /^#p\d+$/.test(location.hash) && $(location.hash);
    if (!page) return;
    openAndDraw(page);
    page.scrollIntoView();
    $("summary", page).focus({ preventScroll: true });
  }
  addEventListener("hashchange", openNamed);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    if (link.protocol.startsWith("http")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
    else if (link.hash === location.hash) openNamed(); /* the same once more changes no hash */
  });

  /* The overview: trends, sorting, filtering. */
  const table = $("#pages-table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  for (const row of rows) {
    row.page = $($("a", row).hash);
    const cell = $(".spark", row);
    cell.page = row.page;
    seen.observe(cell);
  }
  $$(".js").forEach((element) => (element.hidden = false));
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    const kind = header.dataset.sort;
    if (!kind) return;
    const button = make("button", undefined, { type: "button" });
    button.append(...header.childNodes);
    header.append(button);
    const value = (row) => {
      const cell = row.cells[column];
      if (kind === "text") return cell.textContent.trim().toLowerCase();
      return cell.dataset.v === "" ? null : Number(cell.dataset.v);
    };
    button.addEventListener("click", () => {
      const first = kind === "number" ? "descending" : "ascending";
      const other = kind === "number" ? "ascending" : "descending";
      const order = header.getAttribute("aria-sort") === first ? other : first;
      headers.forEach((one) => one.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const keyed = rows.map((row) => [value(row), row]);
      keyed.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null); /* the unknown always last */
        return sign * (kind === "text" ? a.localeCompare(b) : a - b);
      });
      body.append(...keyed.map(([, row]) => row));
      keyed.forEach(([, row]) => row.page.parentElement.append(row.page));
    });
  });
  $("#filter").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    let found = 0;
    for (const row of rows) {
      const fits = `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase().includes(wanted);
      row.hidden = row.page.hidden = !fits;
      found += fits;
    }
    $("#found").textContent = wanted ? `${found} of ${plural(rows.length, "page")}` : "";
  });

  if (pages.length && pages.length <= 3) pages.forEach(openAndDraw);
  openNamed();
})();
