// The filters of the front page: which values there are, which are chosen, what fits them.
// Within one filter any chosen value fits, but of tags an entry needs all; filters combine.
const FACETS = [
  { key: "section", name: "Section", of: (row) => [row.section] },
  { key: "status", name: "Status", of: (row) => row.status },
  { key: "here", name: "This machine", of: (row) => (row.here ? [row.here] : []) },
  { key: "tag", name: "Tags", of: (row) => row.tags, all: true },
  { key: "license", name: "License", of: (row) => (row.license ? [row.license] : []) },
  { key: "language", name: "Language", of: (row) => row.languages },
];

class Facets {
  // changed(): called after every choice of the person's.
  constructor(place, rows, words, changed) {
    this.rows = rows;
    this.chosen = new Map(FACETS.map((facet) => [facet.key, new Set()]));
    this.boxes = new Map();
    for (const facet of FACETS) this.build(place, facet, words, changed);
  }

  build(place, facet, words, changed) {
    const values = [...new Set(this.rows.flatMap(facet.of))];
    if (facet.key !== "section") values.sort((a, b) => a.localeCompare(b));
    if (values.length < (facet.key === "section" ? 1 : 2)) return;
    const group = place.appendChild(document.createElement("fieldset"));
    group.appendChild(document.createElement("legend")).textContent = facet.name;
    const list = group.appendChild(document.createElement("div"));
    for (const value of values) {
      const label = list.appendChild(document.createElement("label"));
      const box = label.appendChild(document.createElement("input"));
      box.type = "checkbox";
      box.name = facet.key;
      box.value = value;
      label.appendChild(document.createElement("span")).textContent = words[value] || value;
      const count = label.appendChild(document.createElement("small"));
      box.addEventListener("change", () => {
        this.chosen.get(facet.key)[box.checked ? "add" : "delete"](value);
        changed();
      });
      this.boxes.set(`${facet.key}=${value}`, { box, label, count });
    }
  }

  // Whether a row fits all filters, or all but one.
  fits(row, but) {
    return FACETS.every((facet) => {
      const chosen = this.chosen.get(facet.key);
      if (!chosen.size || facet === but) return true;
      const has = facet.of(row);
      const wanted = [...chosen];
      return facet.all ? wanted.every((v) => has.includes(v)) : wanted.some((v) => has.includes(v));
    });
  }

  // How many of the rows that were found each value would leave.
  count(found) {
    for (const facet of FACETS) {
      const counts = new Map();
      for (const row of found) {
        if (!this.fits(row, facet.all ? undefined : facet)) continue;
        for (const value of facet.of(row)) counts.set(value, (counts.get(value) || 0) + 1);
      }
      for (const [name, { box, label, count }] of this.boxes) {
        if (!name.startsWith(`${facet.key}=`)) continue;
        const number = counts.get(box.value) || 0;
        count.textContent = number.toLocaleString("en");
        label.classList.toggle("zero", !number && !box.checked);
      }
    }
  }

  read(params) {
    for (const [key, chosen] of this.chosen) {
      chosen.clear();
      for (const value of params.getAll(key)) if (this.boxes.has(`${key}=${value}`)) chosen.add(value);
    }
    for (const { box } of this.boxes.values()) box.checked = this.chosen.get(box.name).has(box.value);
  }

  write(params) {
    for (const [key, chosen] of this.chosen) for (const value of chosen) params.append(key, value);
  }

  // A button for each choice, that takes it back, and one for all where there are several.
  chips(place, words, changed) {
    place.replaceChildren();
    for (const [key, chosen] of this.chosen) {
      for (const value of chosen) {
        const chip = place.appendChild(document.createElement("button"));
        chip.type = "button";
        chip.append(words[value] || value, " ×");
        chip.setAttribute("aria-label", `Take back the filter ${words[value] || value}`);
        chip.addEventListener("click", () => {
          chosen.delete(value);
          this.boxes.get(`${key}=${value}`).box.checked = false;
          changed();
          document.getElementById("q").focus();
        });
      }
    }
    if (place.children.length < 2) return;
    const all = place.appendChild(document.createElement("button"));
    all.type = "button";
    all.className = "link";
    all.textContent = "Clear all filters";
    all.addEventListener("click", () => {
      this.read(new URLSearchParams());
      changed();
      document.getElementById("q").focus();
    });
  }
}
