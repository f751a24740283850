// The dashboard's charts, in the page's colours. The tables below have the same figures. Steps without requests are
// shaded gaps with a label; series differ by pattern, dash and mark, not by colour alone.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll("[data-chart]")];
  if (boxes.length === 0 || typeof uPlot === "undefined") return;
  // The data of the charts.
  document.querySelectorAll("details.same").forEach((table) => (table.open = false));
  // The clocks of the site, as in the tables.
  const clocks = new Intl.DateTimeFormat("en-US", {
    timeZone: document.querySelector("[data-zone]").dataset.zone, hourCycle: "h23",
    day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  let history = null;
  const span = () => history.to - history.from;
  const clock = (at) => {
    const parts = clocks.formatToParts(new Date(at * 1000)).map(({ type, value }) => [type, value]);
    const { day, month, hour, minute, second } = Object.fromEntries(parts);
    const time = `${hour}:${minute}`;
    if (span() <= 3600) return history.step < 60 ? `${time}:${second}` : time;
    return `${day} ${month} ${time}`;
  };
  const tick = (at) => (span() > 86400 ? clock(at).replace(/ [\d:]+$/, "") : clock(at).replace(/^\d+ \w+ /, "").slice(0, 5));
  const percent = (value) => `${(value * 100).toFixed(1)} %`;
  const scaled = (value, units, base) => {
    let at = 0;
    while (value >= base && at + 1 < units.length) [value, at] = [value / base, at + 1];
    return `${+value.toPrecision(3)} ${units[at]}`;
  };
  const time = (micros) => scaled(micros, ["µs", "ms", "s"], 1000);
  const bytes = (value) => scaled(value, ["B", "kB", "MB", "GB", "TB"], 1024);
  // Distances between the marks of an axis of bytes: 8 MB, 16 MB, 32 MB.
  const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power);
  const count = (value) => String(+value.toPrecision(3));
  const plain = { size: 46, linear: true };
  const gauge = (name) => (point) => point.gauges[name];
  const rate = (name) => (point) => point.served[name] / Math.max(1, Math.min(history.step, history.to - point.at));
  // The charts: the series of each, with label, value of a point, colour, and a pattern or a dash and a mark; the
  // number format; and the limits to draw, with labels.
  const CHARTS = {
    served: {
      ...plain, format: count, stacked: true,
      series: [
        ["503", rate("unavailable"), "--danger", "solid"],
        ["Stale", rate("stale"), "--danger", "lines"],
        ["Database", rate("database"), "--ink", "falling"],
        ["Query", rate("query"), "--accent", "dots"],
        ["Redis", rate("redis"), "--accent", "rising"],
        ["Memory", rate("memory"), "--accent", "solid"],
      ],
    },
    ratio: {
      ...plain, format: percent, range: [0, 1], limits: () => [[0.7, "advice below 70 %"]],
      series: [["Hit ratio", (point) => point.hit_ratio, "--accent", null, [], "circle"]],
    },
    times: {
      size: 58, format: time, limits: () => [[1e6, "alert above 1 s"]],
      series: [
        ["Load, median", (point) => point.load_p50_us, "--danger", "falling", [], null],
        ["Hit, median", (point) => point.hit_p50_us, "--accent", "solid", [], null],
        ["Load, 99 %", (point) => point.load_p99_us, "--danger", null, [6, 3], "triangle"],
        ["Hit, 99 %", (point) => point.hit_p99_us, "--accent", null, [], "circle"],
      ],
    },
    memory: {
      ...plain, size: 64, format: bytes,
      limits: () => [[history.limits.memory, "PAGE_CACHE_MEMORY_MB"], [history.limits.redis, "maxmemory"]],
      series: [
        ["Memory tier", gauge("memory_bytes"), "--accent", null, [], "circle"],
        ["Redis", gauge("redis_bytes"), "--ink", null, [6, 3], "square"],
      ],
    },
    ping: {
      size: 58, format: time, limits: () => [[500000, "time limit 500 ms"]],
      series: [["Round trip", gauge("redis_ping_us"), "--accent", null, [], "circle"]],
    },
    evictions: {
      ...plain, format: count,
      series: [["Evicted", (point, before) => (before && point.gauges.redis_evicted >= before.gauges.redis_evicted ? point.gauges.redis_evicted - before.gauges.redis_evicted : null), "--danger", "solid"]],
    },
  };
  const CORNERS = { square: [[-1, -1], [1, -1], [1, 1], [-1, 1]], triangle: [[0, -1.3], [1.2, 0.9], [-1.2, 0.9]] };
  const mark = (path, shape, x, y, radius) => {
    if (shape === "circle") return path.moveTo(x + radius, y), path.arc(x, y, radius, 0, 2 * Math.PI);
    CORNERS[shape].forEach(([dx, dy], at) => path[at === 0 ? "moveTo" : "lineTo"](x + dx * radius, y + dy * radius));
    path.closePath();
  };
  const marks = (shape) => (plot, series, from, to, some) => {
    const path = new Path2D();
    for (const at of some ?? Array.from({ length: to - from + 1 }, (_, at) => from + at)) {
      const value = plot.data[series][at];
      if (value != null) mark(path, shape, plot.valToPos(plot.data[0][at], "x", true), plot.valToPos(value, "y", true), 2.5 * devicePixelRatio);
    }
    return { stroke: path, fill: path, clip: null, flags: 3 };
  };

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = (scale) => `${12 * scale}px ${getComputedStyle(document.body).fontFamily}`;
  // A fill in the background colour, to cover what is below it.
  const fill = (name, pattern) => {
    if (pattern === "solid") return colour(name);
    const tile = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const ctx = tile.getContext("2d");
    ctx.fillStyle = colour("--surface");
    ctx.fillRect(0, 0, 8, 8);
    ctx.strokeStyle = ctx.fillStyle = colour(name);
    ctx.lineWidth = 1.6;
    const paths = { rising: "M-2 2L2-2M0 8L8 0M6 10L10 6", falling: "M-2 6L2 10M0 0L8 8M6-2L10 2", lines: "M0 2H8M0 6H8", dots: "" };
    ctx.stroke(new Path2D(paths[pattern]));
    if (pattern === "dots") [[1, 1], [5, 5]].forEach(([x, y]) => ctx.fillRect(x, y, 2, 2));
    return ctx.createPattern(tile, "repeat");
  };

  // After this time without requests, a period counts as idle and lines end.
  const pause = () => Math.max(2 * history.step, span() / 24);
  const isUsed = (point) => point && (point.hit_ratio !== null || point.served.unavailable > 0);
  // The periods in which no page was requested.
  const idle = () => {
    const found = [];
    let begin = history.from;
    for (const point of history.points.filter(isUsed)) {
      if (point.at - begin > pause()) found.push([begin, point.at]);
      begin = Math.max(begin, point.at + history.step);
    }
    if (history.to - begin > pause()) found.push([begin, history.to]);
    return found;
  };

  // The columns of a chart on the grid of all steps. `null` is a gap; `undefined` is a step that a line skips.
  const columns = ({ series, stacked }) => {
    const known = new Map(history.points.map((point) => [point.at, point]));
    const first = Math.ceil(history.from / history.step) * history.step;
    const grid = [];
    for (let at = first; at <= history.to; at += history.step) grid.push(at);
    const raw = series.map(([, value]) => {
      let before = null;
      const column = grid.map((at) => {
        const point = known.get(at);
        const found = isUsed(point) ? value(point, before) ?? undefined : undefined;
        before = point ?? before;
        return found;
      });
      let last = -1;
      column.forEach((found, at) => {
        if (found === undefined) return;
        if (last < 0 || (at - last) * history.step > pause()) column.fill(null, last + 1, at);
        last = at;
      });
      return column.fill(null, last + 1);
    });
    const middle = grid.map((at) => at + (stacked ? 0 : history.step / 2));
    if (!stacked) return { data: [middle, ...raw], raw };
    // The first series is the top of the stack and is drawn first, so that each part covers the ones above it.
    const sums = grid.map(() => 0);
    const pile = (column) => column.map((value, at) => (value == null ? null : (sums[at] += value)));
    const piles = raw.toReversed().map(pile).reverse();
    return { data: [middle, ...piles], raw };
  };

  const charts = boxes.map((box) => ({ box, ...CHARTS[box.dataset.chart], plot: null }));

  // Draws idle periods behind the series.
  const shade = (plot) => {
    const { left, top, width, height } = plot.bbox;
    const { ctx } = plot;
    ctx.save();
    for (const [begin, end] of idle()) {
      const x = Math.max(left, plot.valToPos(begin, "x", true));
      const wide = Math.min(left + width, plot.valToPos(end, "x", true)) - x;
      if (wide <= 0) continue;
      ctx.globalAlpha = 0.45;
      ctx.fillStyle = colour("--line");
      ctx.fillRect(x, top, wide, height);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colour("--quiet");
      ctx.font = font(devicePixelRatio);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      const fits = ["idle: no requests", "idle"].find((text) => ctx.measureText(text).width + 8 * devicePixelRatio < wide);
      if (fits && !plot.root.closest(".chart--empty")) ctx.fillText(fits, x + wide / 2, top + height / 2);
    }
    ctx.restore();
  };

  // Draws limits and their labels below the series; limits outside the chart's range are listed at its top.
  const bound = (chart) => (plot) => {
    const { left, top, width } = plot.bbox;
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour("--ink");
    ctx.lineWidth = devicePixelRatio;
    ctx.font = font(devicePixelRatio);
    ctx.textAlign = "right";
    let row = 0;
    for (const [value, name] of (chart.limits?.() ?? []).filter(([value]) => value != null)) {
      const text = chart.format === bytes ? `${name} ${bytes(value)}` : name;
      const above = value > plot.scales.y.max;
      const y = above ? top + (12 + 14 * row++) * devicePixelRatio : plot.valToPos(value, "y", true);
      if (!above) {
        ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
        ctx.stroke(new Path2D(`M${left} ${y}h${width}`));
      }
      ctx.lineJoin = "round";
      ctx.setLineDash([]);
      ctx.save();
      ctx.strokeStyle = colour("--ground");
      ctx.lineWidth = 4 * devicePixelRatio;
      const at = above ? y : y - 4 * devicePixelRatio < top + 8 * devicePixelRatio ? y + 13 * devicePixelRatio : y - 4 * devicePixelRatio;
      ctx.strokeText(above ? `↑ ${text}` : text, left + width - 4 * devicePixelRatio, at);
      ctx.restore();
      ctx.fillText(above ? `↑ ${text}` : text, left + width - 4 * devicePixelRatio, at);
    }
    ctx.restore();
  };

  // Draws marks of changes above the plot. Marks that are close together share a link to the first row in the table
  // below.
  const markChanges = ({ box, plot }) => {
    const row = box.querySelector(".chart__marks");
    const scale = plot.bbox.left / devicePixelRatio;
    const groups = [];
    for (const change of [...history.marks].reverse()) {
      const x = scale + plot.valToPos(Math.max(change.at, history.from), "x");
      const last = groups.at(-1);
      if (last && x - last.x < 26) last.changes.push(change);
      else groups.push({ x, changes: [change] });
    }
    const links = groups.map(({ x, changes }) => {
      const link = Object.assign(document.createElement("a"), { className: "chart__mark", href: `#${changes.at(-1).row}` });
      link.title = changes.map((change) => change.text).join("\n");
      link.setAttribute("aria-label", `${changes.length === 1 ? changes[0].text : `${changes.length} kinds of changes from ${clock(changes[0].at)}`}: show in the table`);
      link.textContent = changes.some((change) => change.row.endsWith("cleared")) ? "✕" : "▼";
      link.style.left = `${x}px`;
      return link;
    });
    row.replaceChildren(...links);
  };

  const options = (chart) => {
    const { box, format, series, stacked, linear, size } = chart;
    const isDecade = (value) => Math.abs(Math.log10(value) % 1) < 1e-9;
    const decades = (_, list) => (linear ? list : list.map((value) => (isDecade(value) ? value : null)));
    const axis = { stroke: colour("--quiet"), font: font(1), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    return {
      width: box.clientWidth,
      height: stacked ? 240 : 200,
      cursor: { drag: { x: false, y: false } },
      legend: { live: true, markers: { width: 0 } },
      hooks: {
        drawAxes: [shade],
        draw: [bound(chart)],
        // Without a cursor, the legend shows the latest values.
        setLegend: [(plot) => { if (plot.legend.idx == null && chart.latest >= 0) plot.setLegend({ idx: chart.latest }, false); }],
      },
      scales: {
        x: { range: () => [history.from, history.to] },
        y: chart.range ? { range: chart.range } : linear ? { range: (_, low, high) => [0, (high || 1) * 1.1] } : { distr: 3, range: (_, low, high) => uPlot.rangeLog(low ?? 1, high ?? 1e4, 10, true) },
      },
      axes: [
        { ...axis, values: (_, ats) => ats.map(tick), space: 60 },
        { ...axis, size, ...(format === bytes && { incrs: BINARY }), filter: decades, grid: { ...axis.grid, filter: decades }, ticks: { ...axis.ticks, filter: decades }, values: (_, list) => list.map((value) => (value == null ? "" : chart.range ? `${Math.round(value * 100)} %` : format(value))) },
      ],
      series: [
        { label: "UTC", value: (_, at) => (at == null ? "–" : clock(at)) },
        ...series.map(([label, , name, pattern, dash, shape], at) => ({
          label,
          stroke: colour(name),
          width: pattern && stacked ? 0 : shape || !pattern ? 2 : 1,
          dash,
          fill: pattern ? () => fill(name, pattern) : undefined,
          paths: dash ? undefined : uPlot.paths.bars({ size: [1, Infinity, 1], align: 1, gap: 0 }),
          value: (_, __, ___, index) => { const value = index == null ? null : chart.raw[at][index]; return value == null ? "–" : format(value); },
          points: shape ? { size: 5, show: (_, __, from, to) => to - from < 45, fill: colour(name), paths: marks(shape) } : { show: false },
        })),
      ],
    };
  };

  // The legend shows the style of each series.
  const nameSeries = ({ box, series, plot }) => {
    const markers = box.querySelectorAll(".u-series:not(:first-child) .u-marker");
    markers.forEach((marker, at) => {
      const [, , name, pattern, dash, shape] = series[at];
      const picture = Object.assign(document.createElement("canvas"), { className: "line", width: 36 * devicePixelRatio, height: 12 * devicePixelRatio });
      picture.dataset.line = [pattern, dash, shape].join("/");
      picture.setAttribute("aria-hidden", "true");
      const ctx = picture.getContext("2d");
      ctx.scale(devicePixelRatio, devicePixelRatio);
      ctx.strokeStyle = ctx.fillStyle = colour(name);
      ctx.lineWidth = 2;
      if (pattern) {
        ctx.fillStyle = fill(name, pattern);
        ctx.fillRect(0, 0, 36, 12);
        ctx.lineWidth = 1;
        ctx.strokeRect(0.5, 0.5, 35, 11);
      } else {
        ctx.setLineDash(dash);
        ctx.stroke(new Path2D("M0 6h36"));
        const path = new Path2D();
        mark(path, shape, 18, 6, 3.5);
        ctx.fill(path);
      }
      marker.replaceChildren(picture);
    });
    plot.ctx.canvas.setAttribute("aria-hidden", "true");
  };

  const draw = (chart) => {
    const { box } = chart;
    const { data, raw } = columns(chart);
    const any = (at) => raw.some((column) => column[at] != null);
    chart.raw = raw;
    chart.latest = data[0].findLastIndex((_, at) => any(at));
    box.classList.toggle("chart--empty", chart.latest < 0);
    if (!chart.plot) {
      const make = (name, className, text) => Object.assign(document.createElement(name), { className, textContent: text });
      const canvas = make("div", "chart__plot", "");
      box.replaceChildren(make("h3", "chart__title", box.dataset.title), make("div", "chart__marks", ""), canvas, make("p", "chart__none", ""));
      const drawn = options(chart);
      chart.plot = new uPlot(drawn, data, canvas);
      nameSeries(chart);
    } else {
      chart.plot.setData(data);
    }
    box.querySelector(".chart__none").textContent = history.points.some(isUsed) ? "No data in this time." : "No pages were requested in this time.";
    chart.plot.setLegend({ idx: chart.latest < 0 ? null : chart.latest }, false);
    markChanges(chart);
  };

  // Draws the charts with new data; without data, draws them again.
  const show = (next) => {
    history = next ?? history;
    if (history) charts.forEach(draw);
  };

  const redraw = () => {
    for (const chart of charts) {
      chart.plot?.destroy();
      chart.plot = null;
    }
    show();
  };

  // The box exists from the start, so that the page does not move when it is filled.
  boxes.forEach((box) => box.append(document.createElement("div")));
  document.fonts.ready.then(() => show());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => {
    for (const { box, plot } of charts) plot?.setSize({ width: box.clientWidth, height: plot.height });
    if (history) charts.filter(({ plot }) => plot).forEach(markChanges);
  }).observe(boxes[0]);
  window.showHistory = show;
})();
