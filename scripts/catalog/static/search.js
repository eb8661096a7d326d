// The front page: search as you type, filters and sort, all of it kept in the address.
(() => {
  const byId = (id) => document.getElementById(id);
  const { rows, words } = JSON.parse(byId("rows").textContent);
  const list = byId("entries");
  [...list.children].forEach((element, place) => Object.assign(rows[place], { element, place }));
  const box = byId("q");
  const sort = byId("sort");
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const index = new MiniSearch({
    fields: ["title", "id", "tags", "summary", "text", "more"],
    storeFields: [],
    searchOptions: {
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      combineWith: "AND",
      boost: { title: 4, id: 4, tags: 3, summary: 2 },
    },
  });
  const document_ = (row) => ({
    id: row.id, title: row.title, tags: row.tags.join(" "), summary: row.summary,
    more: `${row.license} ${row.languages.join(" ")} ${row.who}`, text: row.text || "",
  });
  index.addAll(rows.map(document_));
  const facets = new Facets(byId("facets"), rows, words, () => update("push"));

  const orders = {
    updated: (a, b) => b.updated - a.updated,
    name: (a, b) => a.title.localeCompare(b.title),
    size: (a, b) => b.size - a.size,
    files: (a, b) => b.files - a.files,
  };

  function found() {
    const query = box.value.trim();
    if (!query) return rows;
    return index.search(query).map((result) => rowOf.get(result.id));
  }

  // how: "push" makes a step that Back undoes, "replace" none; nothing leaves the address alone.
  function update(how) {
    const matches = found();
    sort.options[0].textContent = box.value.trim() ? "best match" : "section";
    const shown = matches.filter((row) => facets.fits(row));
    if (orders[sort.value]) shown.sort(orders[sort.value]);
    show(shown);
    facets.count(matches);
    facets.chips(byId("chosen"), words, () => update("push"));
    byId("found").textContent = shown.length === rows.length
      ? `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "entry" : "entries"}`
      : `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} entries`;
    byId("none").hidden = shown.length > 0;
    if (how) remember(how);
  }

  // Moves elements only when their order differs: on most keystrokes it does not.
  function show(shown) {
    const wanted = new Set(shown);
    for (const row of rows) row.element.hidden = !wanted.has(row);
    let last = -1;
    if (shown.every((row) => row.place > last && (last = row.place) >= 0)) return;
    list.append(...shown.map((row) => row.element));
    [...shown, ...rows.filter((row) => !wanted.has(row))].forEach((row, at) => { row.place = at; });
    list.append(...rows.filter((row) => !wanted.has(row)).map((row) => row.element));
  }

  function remember(how) {
    const params = new URLSearchParams();
    if (box.value.trim()) params.set("q", box.value.trim());
    facets.write(params);
    if (sort.value) params.set("sort", sort.value);
    const query = params.toString();
    if (query === location.search.slice(1)) return;
    try {
      history[`${how}State`](null, "", query ? `?${query}` : location.pathname);
    } catch { /* a browser that keeps addresses on disk as they are */ }
  }

  function recall() {
    const params = new URLSearchParams(location.search);
    box.value = params.get("q") || "";
    sort.value = orders[params.get("sort")] ? params.get("sort") : "";
    facets.read(params);
    update();
  }

  // The cards' words come later, so that the page need not wait for them.
  async function readTexts() {
    const texts = new Map(window.TEXTS);
    for (let at = 0; at < rows.length; at += 50) {
      for (const row of rows.slice(at, at + 50)) {
        row.text = texts.get(row.id) || "";
        index.replace(document_(row));
      }
      await new Promise((done) => setTimeout(done));
    }
    document.documentElement.dataset.indexed = "all";
    if (box.value.trim()) update();
  }

  let typing;
  box.addEventListener("input", () => {
    cancelAnimationFrame(typing);
    typing = requestAnimationFrame(() => update("replace"));
  });
  sort.addEventListener("change", () => update("push"));
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => {
    box.value = "";
    facets.read(new URLSearchParams());
    update("push");
    box.focus();
  });
  addEventListener("popstate", recall);
  addEventListener("keydown", (event) => {
    const typed = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typed && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
    }
  });
  if (matchMedia("(max-width: 50rem)").matches) byId("filters").firstElementChild.open = false;
  for (const id of ["search", "filters", "sorting"]) byId(id).hidden = false;
  recall();
  if (window.TEXTS) readTexts();
  else document.querySelector('script[src="data/texts.js"]').addEventListener("load", readTexts);
})();
