// The dashboard's charts: the hit ratio and the time to answer, in the page's own colours. The tables below them have the
// same figures.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll("[data-chart]")];
  if (boxes.length === 0 || typeof uPlot === "undefined") return;
  // What the charts show is told once.
  document.querySelectorAll("details.same").forEach((table) => (table.open = false));
  const two = (number) => String(number).padStart(2, "0");
  const clock = (at) => {
    const date = new Date(at * 1000);
    return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  };
  const percent = (value) => (value == null ? "–" : `${(value * 100).toFixed(1)} %`);
  const time = (micros) => {
    if (micros == null) return "–";
    if (micros < 1e3) return `${Math.round(micros)} µs`;
    if (micros < 1e6) return `${+(micros / 1e3).toPrecision(3)} ms`;
    return `${+(micros / 1e6).toPrecision(3)} s`;
  };
  const isDecade = (value) => Math.abs(Math.log10(value) % 1) < 1e-9;
  // Each line has a dash and a mark of its own, so that none is told from another by its colour alone.
  const LINES = {
    ratio: [["Hit ratio", "hit_ratio", "--accent", [], "circle"]],
    times: [
      ["Hit, median", "hit_p50_us", "--accent", [], "circle"],
      ["Hit, 99 %", "hit_p99_us", "--accent", [7, 4], "square"],
      ["Load, median", "load_p50_us", "--danger", [2, 3], "triangle"],
      ["Load, 99 %", "load_p99_us", "--danger", [7, 3, 2, 3], "diamond"],
    ],
  };
  const CORNERS = {
    square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
    triangle: [[0, -1.3], [1.2, 0.9], [-1.2, 0.9]],
    diamond: [[0, -1.5], [1.5, 0], [0, 1.5], [-1.5, 0]],
  };
  const mark = (path, shape, x, y, radius) => {
    if (shape === "circle") {
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
      return;
    }
    CORNERS[shape].forEach(([dx, dy], at) => path[at === 0 ? "moveTo" : "lineTo"](x + dx * radius, y + dy * radius));
    path.closePath();
  };
  const marks = (shape) => (plot, series, from, to, some) => {
    const path = new Path2D();
    const all = some ?? Array.from({ length: to - from + 1 }, (_, at) => from + at);
    for (const at of all) {
      const value = plot.data[series][at];
      if (value == null) continue;
      mark(path, shape, plot.valToPos(plot.data[0][at], "x", true), plot.valToPos(value, "y", true), 2.5 * devicePixelRatio);
    }
    return { stroke: path, fill: path, clip: null, flags: 3 };
  };

  // What each series of points stands for: from when to when, and how long nothing may be asked before a line ends.
  const SERIES = {
    last_15_minutes: { before: 10, after: 0, pause: 90 },
    last_24_hours: { before: 0, after: 300, pause: 900 },
  };

  // Columns for the chart. A value that is missing for a moment is `undefined`, which a line passes over; in a longer
  // pause it is `null`, which ends the line.
  const columns = (points, kind, { pause }) => {
    const used = points.filter((point) => point.hit_ratio !== null);
    const column = (key) => {
      const values = used.map((point) => point[key] ?? undefined);
      let last = null;
      used.forEach((point, at) => {
        if (values[at] === undefined) return;
        if (last !== null && point.at - used[last].at > pause) values.fill(null, last + 1, at);
        last = at;
      });
      return values.map((value, at) => (at > (last ?? -1) ? null : value));
    };
    const rows = LINES[kind].map(([, key]) => column(key));
    const data = [[], ...rows.map(() => [])];
    used.forEach((point, at) => {
      if (at > 0 && point.at - used[at - 1].at > pause) {
        data[0].push(used[at - 1].at + 1);
        rows.forEach((_, row) => data[row + 1].push(null));
      }
      data[0].push(point.at);
      rows.forEach((values, row) => data[row + 1].push(values[at]));
    });
    return data;
  };

  // The times in which no page was asked for.
  const pauses = (points, { before, after, pause }, from, to) => {
    const found = [];
    let begin = from;
    for (const point of points) {
      if (point.hit_ratio === null) continue;
      if (point.at - before - begin > pause) found.push([begin, point.at - before]);
      begin = Math.max(begin, point.at + after);
    }
    if (to - begin > pause) found.push([begin, to]);
    return found;
  };

  const charts = boxes.map((box) => ({ box, kind: box.dataset.chart, points: [], plot: null }));
  const chartOf = (box) => charts.find((chart) => chart.box === box);

  const options = ({ box, kind }) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const span = Number(box.dataset.span);
    const values = kind === "ratio" ? percent : time;
    // Only whole powers of ten are lined and named.
    const decades = (_, list) => (kind === "ratio" ? list : list.map((value) => (isDecade(value) ? value : null)));
    // Times without a request are shaded and named, so that a gap is no riddle.
    const shade = (plot) => {
      const { left, top, width, height } = plot.bbox;
      const { ctx } = plot;
      ctx.save();
      for (const [begin, end] of pauses(chartOf(box).points, SERIES[box.dataset.series], plot.scales.x.min, plot.scales.x.max)) {
        const x = Math.max(left, plot.valToPos(begin, "x", true));
        const wide = Math.min(left + width, plot.valToPos(end, "x", true)) - x;
        if (wide <= 0) continue;
        ctx.globalAlpha = 0.45;
        ctx.fillStyle = colour("--line");
        ctx.fillRect(x, top, wide, height);
        ctx.globalAlpha = 1;
        ctx.fillStyle = colour("--quiet");
        ctx.font = `${12 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        const fits = ["no requests", "idle"].find((text) => ctx.measureText(text).width + 8 * devicePixelRatio < wide);
        if (fits && !box.classList.contains("chart--empty")) ctx.fillText(fits, x + wide / 2, top + height / 2);
      }
      ctx.restore();
    };
    const axis = { stroke: colour("--quiet"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    return {
      width: box.clientWidth,
      height: 220,
      cursor: { drag: { x: false, y: false } },
      legend: { live: true, markers: { width: 0 } },
      hooks: { drawAxes: [shade] },
      scales: {
        x: { range: () => { const now = Date.now() / 1000; return [now - span, now]; } },
        y: kind === "ratio" ? { range: [0, 1] } : { distr: 3, range: (plot, low, high) => uPlot.rangeLog(low ?? 1, high ?? 1e4, 10, true) },
      },
      axes: [
        { ...axis, values: (_, ats) => ats.map(clock), space: 60 },
        { ...axis, size: 58, filter: decades, grid: { ...axis.grid, filter: decades }, ticks: { ...axis.ticks, filter: decades }, values: (_, list) => list.map((value) => (value == null ? "" : kind === "ratio" ? `${Math.round(value * 100)} %` : time(value))) },
      ],
      series: [
        { label: "UTC", value: (_, at) => (at == null ? "–" : clock(at)) },
        ...LINES[kind].map(([label, , name, dash, shape]) => ({ label, stroke: colour(name), width: 2, dash, value: (_, value) => values(value), points: { size: 5, show: (_, __, from, to) => to - from < 45, fill: colour(name), paths: marks(shape) } })),
      ],
    };
  };

  const draw = (chart) => {
    const { box, kind, points } = chart;
    const data = columns(points, kind, SERIES[box.dataset.series]);
    const any = data.slice(1).some((column) => column.some((value) => value != null));
    box.classList.toggle("chart--empty", known && !any);
    const silence = points.length > 0 ? "No pages were requested in this time." : "No data yet. Figures are updated every ten seconds.";
    if (chart.plot) {
      box.querySelector(".chart__none").textContent = silence;
      return chart.plot.setData(data);
    }
    const title = document.createElement("h3");
    title.className = "chart__title";
    title.textContent = box.dataset.title;
    const canvas = document.createElement("div");
    canvas.className = "chart__plot";
    const none = document.createElement("p");
    none.className = "chart__none";
    none.textContent = silence;
    box.replaceChildren(title, canvas, none);
    chart.plot = new uPlot(options(chart), data, canvas);
    chart.plot.ctx.canvas.setAttribute("aria-hidden", "true");
    nameLines(box, kind);
  };

  // The legend shows each line as it is drawn.
  const nameLines = (box, kind) => {
    const element = (name, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
      return made;
    };
    const outlines = { square: "M14.5 2.5h7v7h-7z", triangle: "M18 1.5l4.5 8h-9z", diamond: "M18 1l5 5-5 5-5-5z" };
    box.querySelectorAll(".u-series:not(:first-child) .u-marker").forEach((marker, at) => {
      const [, , name, dash, shape] = LINES[kind][at];
      const picture = element("svg", { viewBox: "0 0 36 12", class: `line line${name}`, "aria-hidden": "true" });
      const line = element("path", { d: "M0 6h36", "stroke-width": 2, "stroke-dasharray": dash.join(" ") || "none" });
      picture.append(line, shape === "circle" ? element("circle", { cx: 18, cy: 6, r: 3.5 }) : element("path", { d: outlines[shape] }));
      marker.replaceChildren(picture);
    });
  };

  const redraw = (chart) => {
    chart.plot?.destroy();
    chart.plot = null;
    draw(chart);
  };

  let known = false;

  // Shows a history; without one, what is known is drawn anew.
  const show = (history) => {
    known ||= history !== undefined;
    for (const chart of charts) {
      chart.points = history?.[chart.box.dataset.series] ?? chart.points;
      draw(chart);
    }
  };

  // The box is there at once, so that nothing moves when it is filled.
  boxes.forEach((box) => box.append(document.createElement("div")));
  document.fonts.ready.then(() => show());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach(redraw));
  new ResizeObserver(() => {
    for (const { box, plot } of charts) plot?.setSize({ width: box.clientWidth, height: 220 });
  }).observe(boxes[0]);
  window.showHistory = show;
})();
