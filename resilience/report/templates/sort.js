for (const head of document.querySelectorAll("th button")) {
  head.addEventListener("click", () => {
    const cell = head.parentElement, table = cell.closest("table"), body = table.tBodies[0];
    const down = cell.getAttribute("aria-sort") === "ascending";
    const column = cell.cellIndex, number = cell.classList.contains("number");
    const value = row => {
      const text = row.cells[column].firstChild?.textContent.trim() ?? "";
      if (!number) return text;
      const found = parseFloat(text.replace("−", "-").replace(/[^0-9.eE-]/g, ""));
      return Number.isNaN(found) ? -Infinity : text.startsWith("<") ? found / 2 : found;
    };
    const order = (a, b) => number ? value(a) - value(b) : value(a).localeCompare(value(b), "en");
    const rows = [...body.rows].sort((a, b) => down ? order(b, a) : order(a, b));
    body.append(...rows);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
  });
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
