// Tables that sort: a click on a column's head, once for the best first, again for the other way.
for (const table of document.querySelectorAll("table.sortable")) {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = head.dataset.way === "1" ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      for (const one of heads) one.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const value = (row) => row.cells[at].dataset.value ?? row.cells[at].textContent.trim();
      rows.sort((a, b) => {
        const [one, two] = [value(a), value(b)];
        if (!one || !two) return Number(!one) - Number(!two); // what has no value comes last
        const numbers = Number(one) - Number(two);
        return sign * (Number.isNaN(numbers) ? one.localeCompare(two) : numbers);
      });
      table.tBodies[0].append(...rows);
    });
  });
}
