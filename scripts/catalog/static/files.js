// The files of an entry: a tree that folds. Only the rows in sight are in the page, so that
// 100,000 files cost what 20 do. Keys are those of a tree: arrows, Home, End, Enter.
(() => {
  const place = document.getElementById("files");
  const ROW = 30; // pixels, as in style.css
  const MOST = 14; // rows in sight
  const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

  function human(count) {
    if (count < 0) return "not known";
    let unit = 0;
    while (count >= 1024 && unit < 4) { count /= 1024; unit += 1; }
    return unit ? `${count.toFixed(1)} ${UNITS[unit]}` : `${count} ${count === 1 ? "byte" : "bytes"}`;
  }

  // Folders and files as nodes; a folder's size is that of all below it.
  function read(rows) {
    const top = { name: "", path: "", level: 0, folders: new Map(), children: [], size: 0, count: 0, open: true };
    const all = [];
    let path = "";
    for (let at = 0; at < rows.length; at += 3) {
      path = path.slice(0, rows[at]) + rows[at + 1];
      const size = rows[at + 2];
      const parts = path.split("/");
      const name = parts.pop();
      let folder = top;
      for (const part of ["", ...parts]) {
        if (part !== "" || folder !== top) folder = below(folder, part);
        folder.size += Math.max(size, 0);
        folder.count += 1;
      }
      const file = { name, path, level: folder.level + 1, size, parent: folder };
      folder.children.push(file);
      all.push(file);
    }
    return [top, all];
  }

  function below(folder, name) {
    let made = folder.folders.get(name);
    if (!made) {
      made = {
        name, path: `${folder.path}${name}/`, level: folder.level + 1, folders: new Map(), children: [],
        size: 0, count: 0, open: false, parent: folder,
      };
      folder.folders.set(name, made);
      folder.children.push(made);
    }
    return made;
  }

  const byName = (a, b) => Boolean(b.children) - Boolean(a.children) || (a.name < b.name ? -1 : 1);
  const orders = { name: byName, size: (a, b) => b.size - a.size || byName(a, b) };

  function element(name, kind, text) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const [top, all] = read(window.FILES);
  let order = "name";
  let shown = []; // the nodes that are not folded away, or those that were found
  let current = 0; // of the shown: where the keyboard is
  let query = "";

  const bar = element("div", "files-bar");
  const label = element("label", "", "Find ");
  const find = label.appendChild(element("input"));
  find.type = "search";
  find.autocomplete = "off";
  find.spellcheck = false;
  const sorting = element("label", "", "Sort by ");
  const sort = sorting.appendChild(element("select"));
  for (const key of Object.keys(orders)) sort.append(new Option(key, key));
  const count = element("span", "files-count");
  count.setAttribute("role", "status");
  bar.append(label, sorting, count);
  const tree = element("div", "tree");
  tree.setAttribute("role", "tree");
  tree.setAttribute("aria-label", `Files of ${place.dataset.name}`);
  tree.tabIndex = 0;
  const space = tree.appendChild(element("div", "tree-space"));
  space.setAttribute("role", "presentation");
  place.append(bar, tree);

  function list() {
    if (query) {
      shown = all.filter((file) => file.path.toLowerCase().includes(query));
      if (order === "size") shown.sort(orders.size);
    } else {
      shown = [];
      const waiting = [top];
      while (waiting.length) {
        const node = waiting.pop();
        if (node !== top) shown.push(node);
        if (!node.children || !node.open) continue;
        if (node.sorted !== order) {
          node.children.sort(orders[order]).forEach((child, at) => { child.place = at + 1; });
          node.sorted = order;
        }
        for (let at = node.children.length - 1; at >= 0; at -= 1) waiting.push(node.children[at]);
      }
    }
    current = Math.min(current, Math.max(shown.length - 1, 0));
    count.textContent = query ? `${shown.length.toLocaleString("en")} found` : "";
    space.style.height = `${shown.length * ROW}px`;
    tree.style.height = `${Math.max(Math.min(shown.length, MOST), 1) * ROW + 2}px`;
    draw();
  }

  function draw() {
    const first = Math.max(Math.floor(tree.scrollTop / ROW) - 4, 0);
    const rows = shown.slice(first, first + MOST + 8).map((node, at) => row(node, first + at));
    space.replaceChildren(...rows);
    tree.setAttribute("aria-activedescendant", shown.length ? `file-${current}` : "");
  }

  function row(node, at) {
    const made = element("div", node.children ? "row folder" : "row");
    made.id = `file-${at}`;
    made.setAttribute("role", "treeitem");
    made.setAttribute("aria-level", query ? 1 : node.level);
    made.setAttribute("aria-setsize", query ? shown.length : node.parent.children.length);
    made.setAttribute("aria-posinset", query ? at + 1 : node.place);
    made.setAttribute("aria-selected", at === current);
    if (node.children) made.setAttribute("aria-expanded", node.open);
    made.style.top = `${at * ROW}px`;
    const name = element("span", "row-name", query ? node.path : node.name);
    name.title = node.path;
    name.style.paddingLeft = `${query ? 0 : (node.level - 1) * 18}px`;
    const kind = node.children ? `${node.count.toLocaleString("en")} ${node.count === 1 ? "file" : "files"}` : type(node.name);
    const share = top.size > 0 && node.size > 0 ? node.size / top.size : 0;
    const bar = element("span", "row-share", share ? `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` : "");
    bar.style.backgroundSize = `${share * 100}% 100%`;
    made.append(name, element("span", "row-kind", kind), element("span", "row-size", human(node.size)), bar);
    return made;
  }

  function type(name) {
    if (name.includes("tfevents")) return "tfevents"; // it ends with the name of a machine
    const ending = /^.+?\.((?:tar\.|[a-z]{2,7}\.(?=(?:gz|bz2|xz|zst)$))?[a-z0-9]{1,12})$/i.exec(name);
    return ending ? ending[1].toLowerCase() : "";
  }

  function go(at) {
    current = Math.max(0, Math.min(at, shown.length - 1));
    const above = current * ROW;
    if (above < tree.scrollTop) tree.scrollTop = above;
    if (above + ROW > tree.scrollTop + tree.clientHeight) tree.scrollTop = above + ROW - tree.clientHeight;
    draw();
  }

  function fold(node, open) {
    if (!node?.children || query) return;
    node.open = open;
    list();
  }

  const keys = {
    ArrowDown: () => go(current + 1),
    ArrowUp: () => go(current - 1),
    PageDown: () => go(current + MOST),
    PageUp: () => go(current - MOST),
    Home: () => go(0),
    End: () => go(shown.length - 1),
    ArrowRight: () => { const node = shown[current]; if (node?.open) go(current + 1); else fold(node, true); },
    ArrowLeft: () => {
      const node = shown[current];
      if (node?.open && node.children && !query) fold(node, false);
      else if (node && node.parent !== top && !query) go(shown.indexOf(node.parent));
    },
    Enter: () => fold(shown[current], !shown[current]?.open),
    " ": () => fold(shown[current], !shown[current]?.open),
  };
  tree.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  tree.addEventListener("click", (event) => {
    const at = Number(event.target.closest(".row")?.id.slice(5) ?? -1);
    if (at < 0) return;
    current = at;
    if (shown[at].children) fold(shown[at], !shown[at].open);
    else draw();
  });
  tree.addEventListener("scroll", draw);
  find.addEventListener("input", () => {
    query = find.value.trim().toLowerCase();
    current = 0;
    tree.scrollTop = 0;
    list();
  });
  sort.addEventListener("change", () => { order = sort.value; list(); });
  for (const node of top.children) if (node.children && all.length <= MOST) node.open = true;
  list();
  place.dataset.drawn = "all";
})();
