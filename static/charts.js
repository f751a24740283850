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
  const LINES = {
    ratio: [["Hit ratio", "hit_ratio", "--accent", []]],
    times: [
      ["Hit, median", "hit_p50_us", "--accent", []],
      ["Hit, 99 %", "hit_p99_us", "--accent", [4, 4]],
      ["Load, median", "load_p50_us", "--danger", []],
      ["Load, 99 %", "load_p99_us", "--danger", [4, 4]],
    ],
  };

  // The points with a gap wherever a step was left out.
  const columns = (points, kind, step) => {
    const keys = LINES[kind].map(([, key]) => key);
    const data = [[], ...keys.map(() => [])];
    let last = null;
    for (const point of points) {
      if (last !== null && point.at - last > step * 1.6) {
        data[0].push(last + step);
        keys.forEach((_, at) => data[at + 1].push(null));
      }
      data[0].push(point.at);
      keys.forEach((key, at) => data[at + 1].push(point[key] ?? null));
      last = point.at;
    }
    return data;
  };

  const charts = boxes.map((box) => ({ box, kind: box.dataset.chart, points: [], plot: null }));

  const options = ({ box, kind }) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const span = Number(box.dataset.span);
    const values = kind === "ratio" ? percent : time;
    // Only whole powers of ten are lined and named.
    const decades = (_, list) => (kind === "ratio" ? list : list.map((value) => (isDecade(value) ? value : null)));
    const axis = { stroke: colour("--quiet"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    return {
      width: box.clientWidth,
      height: 220,
      cursor: { drag: { x: false, y: false } },
      legend: { live: true },
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
        ...LINES[kind].map(([label, , name, dash]) => ({ label, stroke: colour(name), width: 2, dash, value: (_, value) => values(value), points: { size: 4 } })),
      ],
    };
  };

  const draw = (chart) => {
    const { box, kind, points } = chart;
    const step = box.dataset.series === "last_24_hours" ? 300 : 60;
    const data = columns(points, kind, step);
    const any = data.slice(1).some((column) => column.some((value) => value !== null));
    box.classList.toggle("chart--empty", known && !any);
    if (chart.plot) return chart.plot.setData(data);
    const title = document.createElement("h3");
    title.className = "chart__title";
    title.textContent = box.dataset.title;
    const canvas = document.createElement("div");
    canvas.className = "chart__plot";
    const none = document.createElement("p");
    none.className = "chart__none";
    none.textContent = "No data yet: figures are added every ten seconds.";
    box.replaceChildren(title, canvas, none);
    chart.plot = new uPlot(options(chart), data, canvas);
    chart.plot.ctx.canvas.setAttribute("aria-hidden", "true");
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
