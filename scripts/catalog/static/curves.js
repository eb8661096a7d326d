// The curves of runs: a picture for each metric, all runs in it. Point at it, or focus it and use
// the arrow keys, to read the values; a run's button takes it out of all pictures.
(() => {
  const place = document.getElementById("curves");
  const { runs } = JSON.parse(document.getElementById("series").textContent);
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.series)))].filter((name) =>
    runs.some((run) => (run.series[name] || []).length > 1));
  const WIDTH = 360, HEIGHT = 200, LEFT = 52, BOTTOM = 24, TOP = 8, RIGHT = 8;
  const hidden = new Set();
  let logarithmic = false;

  function svg(name, attributes = {}, text = "") {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    return made;
  }
  const short = (value) => Number(value.toPrecision(4)).toString();

  // Round numbers from low to high, about four.
  function ticks(low, high) {
    const step = 10 ** Math.floor(Math.log10((high - low) / 3));
    const wide = [1, 2, 5, 10].map((n) => n * step).find((n) => (high - low) / n <= 4.5);
    const found = [];
    for (let at = Math.ceil(low / wide) * wide; at <= high + wide * 1e-9; at += wide) found.push(at);
    return found;
  }

  function draw(figure, name) {
    const shown = runs.map((run, colour) => ({ ...run, colour, points: run.series[name] || [] }))
      .filter((run) => run.points.length && !hidden.has(run.id));
    const all = shown.flatMap((run) => run.points);
    const log = logarithmic && all.length && all.every(([, value]) => value > 0);
    const up = log ? Math.log10 : (value) => value;
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", tabindex: 0,
      "aria-label": `${name} of ${shown.length} ${shown.length === 1 ? "run" : "runs"}` });
    const caption = document.createElement("figcaption");
    caption.textContent = name;
    const said = document.createElement("p");
    said.className = "readout";
    said.setAttribute("role", "status");
    figure.replaceChildren(caption, picture, said);
    if (!all.length) return;
    let [x0, x1] = [Math.min(...all.map((p) => p[0])), Math.max(...all.map((p) => p[0]))];
    let [y0, y1] = [Math.min(...all.map((p) => up(p[1]))), Math.max(...all.map((p) => up(p[1])))];
    if (x0 === x1) x1 += 1;
    if (y0 === y1) { y0 -= Math.abs(y0) / 10 || 1; y1 += Math.abs(y1) / 10 || 1; }
    const x = (value) => LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
    const y = (value) => TOP + (1 - (up(value) - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
    for (const tick of ticks(y0, y1)) {
      const at = TOP + (1 - (tick - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
      picture.append(svg("path", { class: "grid", d: `M${LEFT} ${at}H${WIDTH - RIGHT}` }),
        svg("text", { x: LEFT - 6, y: at + 4, "text-anchor": "end" }, short(log ? 10 ** tick : tick)));
    }
    for (const tick of ticks(x0, x1)) {
      picture.append(svg("text", { x: x(tick), y: HEIGHT - 6, "text-anchor": "middle" }, short(tick)));
    }
    for (const run of shown) {
      const d = run.points.map(([step, value], n) => `${n ? "L" : "M"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`);
      picture.append(svg("path", { class: `curve run-${run.colour}`, d: d.join("") }));
    }
    read(picture, said, shown, x, [x0, x1]);
  }

  // A line that follows the pointer or the arrow keys, and what the runs are there.
  function read(picture, said, shown, x, [x0, x1]) {
    const steps = [...new Set(shown.flatMap((run) => run.points.map((p) => p[0])))].sort((a, b) => a - b);
    const line = picture.appendChild(svg("path", { class: "cross" }));
    let at = -1;
    function go(next) {
      at = Math.max(0, Math.min(next, steps.length - 1));
      const step = steps[at];
      line.setAttribute("d", `M${x(step)} ${TOP}V${HEIGHT - BOTTOM}`);
      const values = shown.map((run) => {
        const point = run.points.findLast((p) => p[0] <= step);
        return point && (runs.length > 1 ? `${run.title} ${short(point[1])}` : short(point[1]));
      });
      said.textContent = `at ${short(step)}: ${values.filter(Boolean).join(" · ")}`;
    }
    picture.addEventListener("pointermove", (event) => {
      const box = picture.getBoundingClientRect();
      const step = x0 + (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT) * (x1 - x0);
      let near = 0;
      steps.forEach((one, n) => { if (Math.abs(one - step) < Math.abs(steps[near] - step)) near = n; });
      go(near);
    });
    picture.addEventListener("keydown", (event) => {
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: steps.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      go(next);
    });
  }

  const bar = document.createElement("div");
  bar.className = "curves-bar";
  const figures = names.map((name) => [document.createElement("figure"), name]);
  const drawAll = () => figures.forEach(([figure, name]) => draw(figure, name));
  if (runs.length > 1) {
    runs.forEach((run, colour) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `run-key run-${colour}`;
      button.textContent = run.title;
      button.title = run.id;
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        if (!hidden.delete(run.id)) hidden.add(run.id);
        button.setAttribute("aria-pressed", !hidden.has(run.id));
        drawAll();
      });
      bar.append(button);
    });
  }
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => { logarithmic = box.checked; drawAll(); });
  label.append(box, " Logarithmic");
  bar.append(label);
  if (names.length) place.append(bar, ...figures.map(([figure]) => figure));
  drawAll();
  place.dataset.drawn = "all";
})();
