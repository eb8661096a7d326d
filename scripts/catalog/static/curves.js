// The curves of runs, drawn by uPlot: a chart for each metric, all runs in it. Point at one, or
// focus it and use the arrow keys, to read the values; drag, or use + and -, to zoom in on steps.
(() => {
  const place = document.getElementById("curves");
  const { runs } = JSON.parse(document.getElementById("series").textContent);
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.series)))]
    .filter((name) => runs.some((run) => (run.series[name] || []).length > 1));
  const HEIGHT = 210;
  const hidden = new Set();
  let [charts, logarithmic] = [[], false];

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const short = (value) => Number(value.toPrecision(4)).toString();
  const css = (name, of = place) => getComputedStyle(of).getPropertyValue(name).trim();
  const shades = runs.map((_, n) => place.appendChild(element("i", { className: `run-${n}`, hidden: true })));
  const colour = (n) => css("--c", shades[n]);

  function draw(figure, name) {
    const all = runs.map((run, n) => ({ ...run, n, points: run.series[name] || [] }));
    const shown = all.filter((run) => run.points.length);
    const columns = shown.map(({ points }) => [points.map((p) => p[0]), points.map((p) => p[1])]);
    const log = logarithmic && shown.every(({ points }) => points.every((p) => p[1] > 0));
    const refused = logarithmic && !log ? " (linear, for it has values of 0 or less)" : "";
    const said = element("p", { className: "readout", role: "status" });
    const holder = element("div", { className: "chart", tabIndex: 0, role: "img" });
    figure.replaceChildren(element("figcaption", { textContent: name + refused }), holder, said);
    const hooks = { setCursor: [(chart) => tell(chart, shown, said)] };
    const chart = new uPlot({ ...options(figure, shown, log), hooks }, uPlot.join(columns), holder);
    listen(chart, holder);
    return { chart, shown, holder, name };
  }

  function options(figure, shown, log) {
    const axis = {
      stroke: () => css("--soft"), grid: { stroke: () => css("--line"), width: 1 },
      font: `11px ${css("font-family")}`, ticks: { show: false },
      values: (_, ticks) => ticks.map((tick) => tick === null ? "" : short(tick)),
    };
    return {
      width: Math.max(figure.clientWidth, 100), height: HEIGHT, legend: { show: false },
      scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
      axes: [{ ...axis, size: 26, space: 60 }, { ...axis, size: 56 }],
      cursor: { y: false, drag: { x: true, y: false }, sync: { key: "runs" } },
      series: [{}, ...shown.map((run) => ({
        show: !hidden.has(run.id), spanGaps: true, width: 1.6,
        stroke: () => colour(run.n), points: { show: run.points.length < 3, fill: () => colour(run.n) },
      }))],
    };
  }

  // What the runs are at the cursor: a run without a value at this step has its last one before it.
  function tell(chart, shown, said) {
    const at = chart.cursor.idx;
    if (at === null || at === undefined) return;
    const values = shown.filter((run) => !hidden.has(run.id)).map((run) => {
      const point = run.points.findLast((p) => p[0] <= chart.data[0][at]);
      return point && (runs.length > 1 ? `${run.title} ${short(point[1])}` : short(point[1]));
    });
    said.textContent = `at ${short(chart.data[0][at])}: ${values.filter(Boolean).join(" · ")}`;
  }

  const point = (chart, left, inAll = false) => chart.setCursor({ left, top: 1 }, true, inAll);
  const go = (chart, at) => point(chart, chart.valToPos(chart.data[0][at], "x"));
  function listen(chart, holder) {
    holder.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { min, max } = chart.scales.x;
      const first = chart.data[0].findIndex((step) => step >= min);
      const last = chart.data[0].findLastIndex((step) => step <= max);
      const at = chart.cursor.idx ?? first - 1;
      const within = (one) => Math.max(first, Math.min(one, last));
      const keys = {
        ArrowRight: () => go(chart, within(at + 1)), ArrowLeft: () => go(chart, within(at - 1)),
        Home: () => go(chart, first), End: () => go(chart, last),
        "+": () => zoom(chart, 0.5), "=": () => zoom(chart, 0.5), "-": () => zoom(chart, 2), 0: whole,
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    chart.over.addEventListener("pointermove", (event) => {  // uPlot itself listens to a mouse
      if (event.pointerType !== "mouse") point(chart, event.clientX - chart.over.getBoundingClientRect().left, true);
    });
  }

  // All charts show the same steps, whichever is zoomed; the cursor stays on its step.
  function zoom({ cursor: { idx }, scales: { x: { min, max } }, data: [steps] }, factor) {
    const middle = steps[idx] ?? (min + max) / 2;
    const half = ((max - min) / 2) * factor;
    show(Math.max(steps[0], middle - half), Math.min(steps.at(-1), middle + half));
  }
  const show = (min, max) => charts.forEach(({ chart, chart: { cursor: { idx } } }) => {
    chart.setScale("x", { min, max });
    if (idx !== null && idx !== undefined) queueMicrotask(() => go(chart, idx));
  });
  const whole = () => {
    const steps = charts.flatMap(({ chart }) => [chart.data[0][0], chart.data[0].at(-1)]);
    show(Math.min(...steps), Math.max(...steps));
  };

  function label({ holder, shown, name }) {
    const count = shown.filter((run) => !hidden.has(run.id)).length;
    holder.ariaLabel = `${name} of ${count} ${count === 1 ? "run" : "runs"}`;
  }
  const figures = names.map((name) => [element("figure"), name]);
  function drawAll() {
    charts.forEach(({ chart }) => chart.destroy());
    charts = figures.map(([figure, name]) => draw(figure, name));
    charts.forEach(label);
  }

  // A run's button takes it out of all charts, and brings it back.
  const key = (run, n) => element("button", {
    type: "button", className: `run-key run-${n}`, textContent: run.title, title: run.id,
    ariaPressed: true, onclick: ({ currentTarget }) => turn(run, currentTarget),
  });
  function turn(run, button) {
    if (!hidden.delete(run.id)) hidden.add(run.id);
    button.ariaPressed = !hidden.has(run.id);
    charts.forEach((own) => {
      const at = own.shown.findIndex((one) => one.id === run.id);
      if (at >= 0) own.chart.setSeries(at + 1, { show: !hidden.has(run.id) });
      label(own);
    });
  }

  function bar() {
    const box = element("input", { type: "checkbox", onchange: () => { logarithmic = box.checked; drawAll(); } });
    const all = element("button", { type: "button", className: "quiet", textContent: "All steps", onclick: whole });
    const hint = element("span", { className: "hint", textContent: "Drag over steps to zoom; keys: arrows, +, −, 0" });
    const keys = runs.length > 1 ? runs.map(key) : [];
    return element("div", { className: "curves-bar" }, ...keys, element("label", {}, box, " Logarithmic"), all, hint);
  }

  if (names.length) {
    place.append(bar(), ...figures.map(([figure]) => figure));
    drawAll();
    const redraw = () => charts.forEach(({ chart }) => chart.redraw());
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    new ResizeObserver(() => charts.forEach(({ chart }, n) =>
      chart.setSize({ width: Math.max(figures[n][0].clientWidth, 100), height: HEIGHT }))).observe(place);
  }
  place.dataset.drawn = "all";
})();
