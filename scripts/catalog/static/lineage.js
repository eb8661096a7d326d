// Lineage pictures: dagre lays them out; drawn as SVG, so that every entry is a real link.
(() => {
  const figure = document.getElementById("lineage");
  const inline = document.getElementById("graph");
  const graph = inline ? JSON.parse(inline.textContent) : window.LINEAGE;
  const whole = figure.classList.contains("whole");
  const top = whole ? "" : "../";
  const me = whole ? "" : decodeURIComponent(location.pathname).split("/").slice(-2).join("/").replace(/\.html$/, "");
  const nodes = new Map(graph.nodes.map(([id, title, page, old]) => [id, { id, title, page, old, near: [] }]));
  for (const [from, to] of graph.edges) {
    nodes.get(from).near.push(to);
    nodes.get(to).near.push(from);
  }
  const pen = document.createElement("canvas").getContext("2d");
  const HEIGHT = 44;
  const MOST_SHRUNK = 1.8; // what is wider than that beside its place is scrolled, not shrunk
  const RUN = "made by this run"; // drawn dashed; relations.py says it so
  // The same for all: boxes of one rank stand in a column. Two fit side by side on a phone.
  const WIDTH = figure.clientWidth < 560 ? 168 : 230;

  function svg(name, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // Text cut so that it fits.
  function fitted(text, font) {
    pen.font = font;
    let cut = text;
    while (pen.measureText(cut).width > WIDTH - 30 && cut.length > 4) cut = `${cut.slice(0, -2).trimEnd()}…`;
    return cut;
  }

  // The parts of the graph that hang together, largest first.
  function parts() {
    const seen = new Set();
    const found = [];
    for (const { id } of nodes.values()) {
      if (seen.has(id)) continue;
      const part = [];
      const waiting = [id];
      seen.add(id);
      while (waiting.length) {
        const now = waiting.pop();
        part.push(now);
        for (const near of nodes.get(now).near) if (!seen.has(near)) { seen.add(near); waiting.push(near); }
      }
      if (part.length > 1 || !whole) found.push(part);
    }
    return found.sort((a, b) => b.length - a.length);
  }

  function layout(part) {
    const inside = new Set(part);
    const made = new dagre.graphlib.Graph();
    const rankdir = figure.clientWidth < 560 ? "TB" : "LR";
    made.setGraph({
      rankdir, nodesep: 14, ranksep: rankdir === "LR" ? 56 : 34, marginx: 4, marginy: 4,
      ranker: part.length > 200 ? "longest-path" : "network-simplex",
    });
    made.setDefaultEdgeLabel(() => ({}));
    for (const id of part) {
      const node = nodes.get(id);
      const family = getComputedStyle(document.body).fontFamily;
      const label = fitted(node.title, `600 13px ${family}`);
      const name = fitted(id.split("/")[1], `12px ${family}`);
      made.setNode(id, { label, name, width: WIDTH, height: HEIGHT });
    }
    for (const [from, to, words] of graph.edges) if (inside.has(from)) made.setEdge(from, to, { words });
    dagre.layout(made);
    return made;
  }

  // From the middle of one box's side to another's, through dagre's points where it is far.
  function curve(from, to, between, down) {
    const start = down ? { x: from.x, y: from.y + from.height / 2 } : { x: from.x + from.width / 2, y: from.y };
    const end = down ? { x: to.x, y: to.y - to.height / 2 } : { x: to.x - to.width / 2, y: to.y };
    let path = `M${start.x} ${start.y}`;
    let last = start;
    for (const point of [...(between.length > 1 ? between : []), end]) {
      const x = (last.x + point.x) / 2;
      const y = (last.y + point.y) / 2;
      path += down ? `C${last.x} ${y} ${point.x} ${y} ${point.x} ${point.y}` : `C${x} ${last.y} ${x} ${point.y} ${point.x} ${point.y}`;
      last = point;
    }
    const head = down ? `M${end.x - 4} ${end.y - 6}L${end.x} ${end.y}l4 -6` : `M${end.x - 6} ${end.y - 4}L${end.x} ${end.y}l-6 4`;
    return [path, head];
  }

  function draw(part) {
    const made = layout(part);
    const { width, height, rankdir } = made.graph();
    const picture = svg("svg", {
      width: Math.ceil(width), height: Math.ceil(height), viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      role: "group", "aria-label": `${part.length} entries that hang together`,
    });
    if (width < figure.clientWidth * MOST_SHRUNK) picture.classList.add("fits");
    for (const edge of made.edges()) {
      const { points, words } = made.edge(edge);
      const [path, head] = curve(made.node(edge.v), made.node(edge.w), points.slice(1, -1), rankdir === "TB");
      const line = svg("path", { d: path, class: words === RUN ? "edge weak" : "edge" });
      const drawn = svg("g", { "data-from": edge.v, "data-to": edge.w }, svg("title"), line, svg("path", { d: head, class: "edge" }));
      drawn.firstChild.textContent = `${nodes.get(edge.w).title}: ${words} ${nodes.get(edge.v).title}`;
      picture.append(drawn);
    }
    for (const id of made.nodes()) picture.append(box(nodes.get(id), made.node(id)));
    return picture;
  }

  function box(node, place) {
    const [section] = node.id.split("/");
    const { width, height, label, name } = place;
    const link = svg("a", { href: top + node.page, class: `node ${section}${node.old ? " is-old" : ""}`, "data-id": node.id });
    if (node.id === me) link.setAttribute("aria-current", "page");
    link.setAttribute("transform", `translate(${place.x - width / 2} ${place.y - height / 2})`);
    const line = (y, text, kind) => {
      const made = svg("text", { x: 16, y, class: kind });
      made.textContent = text;
      return made;
    };
    link.append(svg("title"), svg("rect", { width, height, rx: 7 }),
      svg("rect", { x: 0, y: 9, width: 3, height: height - 18, rx: 1.5, class: "stripe" }),
      line(18.5, label, "title"), line(34.5, name, "name"));
    link.firstChild.textContent = `${node.title}\n${node.id}${node.old ? "\ndeprecated" : ""}`;
    return link;
  }

  // What an entry is made from and what is made of it, however far.
  function family(id) {
    const found = new Set([id]);
    for (const [from, to] of [[0, 1], [1, 0]]) {
      const waiting = [id];
      const seen = new Set(waiting);
      while (waiting.length) {
        const now = waiting.pop();
        for (const edge of graph.edges) {
          if (edge[from] === now && !seen.has(edge[to])) { seen.add(edge[to]); found.add(edge[to]); waiting.push(edge[to]); }
        }
      }
    }
    return found;
  }

  function highlight(ids) {
    figure.classList.toggle("some", Boolean(ids));
    for (const node of figure.querySelectorAll(".node")) node.classList.toggle("lit", Boolean(ids?.has(node.dataset.id)));
    for (const edge of figure.querySelectorAll("g")) edge.classList.toggle("lit", Boolean(ids?.has(edge.dataset.from) && ids.has(edge.dataset.to)));
  }

  let wanted = null; // what the search box says
  const pointed = (event) => event.target.closest?.(".node")?.dataset.id;
  for (const kind of ["pointerover", "focusin"]) {
    figure.addEventListener(kind, (event) => { const id = pointed(event); if (id && whole) highlight(family(id)); });
  }
  for (const kind of ["pointerout", "focusout"]) figure.addEventListener(kind, () => { if (whole) highlight(wanted); });

  function find(text) {
    const query = text.trim().toLowerCase();
    const matches = [...nodes.values()].filter((n) => `${n.title} ${n.id}`.toLowerCase().includes(query)).map((n) => n.id);
    wanted = query ? new Set(matches) : null;
    highlight(wanted);
    document.getElementById("matches").textContent = query ? `${matches.length} found` : "";
    const first = query && [...figure.querySelectorAll(".node")].find((n) => wanted.has(n.dataset.id));
    if (first) first.scrollIntoView({ block: "center", inline: "nearest" });
    return first;
  }

  async function drawAll() {
    await document.fonts?.ready;
    for (const part of parts()) {
      figure.append(draw(part));
      if (whole) await new Promise((done) => setTimeout(done)); // the page stays awake
    }
    figure.dataset.drawn = "all";
    if (whole) {
      document.getElementById("finding").hidden = false;
      const box = document.getElementById("find");
      box.addEventListener("input", () => find(box.value));
      box.addEventListener("keydown", (event) => { if (event.key === "Enter") find(box.value)?.focus(); });
    }
  }

  drawAll();
})();
