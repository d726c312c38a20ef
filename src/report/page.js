"use strict";
(() => {
  const page = document, table = page.getElementById("findings");
  page.documentElement.className = "js";
  for (const time of page.querySelectorAll("time")) {
    const days = Math.floor((Date.now() - Date.parse(time.dateTime)) / 864e5);
    if (days >= 0) time.after(days === 1 ? " (a day ago)" : ` (${days} days ago)`);
  }
  if (!table) return;
  const data = JSON.parse(page.getElementById("data").textContent);
  const body = table.tBodies[0], rows = [...body.rows], tools = page.querySelector(".tools");
  const find = tools.querySelector("[type=search]"), type = tools.querySelector("select"), shown = page.getElementById("shown");
  const texts = rows.map(r => r.textContent.toLowerCase());
  const is = name => tools.querySelector(`[name=${name}]`)?.checked;

  const make = (tag, text, cls) => {
    const e = page.createElement(tag);
    if (text !== undefined) e.textContent = text;
    if (cls) e.className = cls;
    return e;
  };
  const link = url => {
    const a = make("a", url);
    a.href = url;
    a.target = "_blank";
    a.rel = "noopener noreferrer";
    return a;
  };
  const list = items => {
    const ul = make("ul");
    for (const i of items) {
      const li = make("li");
      li.append(i);
      ul.append(li);
    }
    return ul;
  };
  const rating = r => {
    const score = r.score === undefined ? "" : ` ${r.score}`;
    const line = make("span", `${r.source || "unnamed source"}: ${r.severity}${score} `, r.chosen ? "chosen" : "");
    if (r.vector) line.append(make("code", r.vector));
    if (r.chosen) line.append(" – chosen");
    return line;
  };

  const explain = row => {
    const f = data.findings[row.dataset.n], v = data.vulnerabilities[f.v];
    const cell = make("td"), facts = make("dl");
    cell.colSpan = row.cells.length;
    const fact = (name, value) => {
      if (value === undefined || value === "" || value.length === 0) return;
      const dd = make("dd");
      dd.append(Array.isArray(value) ? list(value) : value);
      facts.append(make("dt", name), dd);
    };
    if (f.remediation) cell.append(make("p", f.remediation, "remedy"));
    if (v.description) cell.append(make("p", v.description));
    fact("Why it matched", f.comparison);
    fact("Compared", f.compared);
    fact("Affected", f.range);
    fact("Advisory", f.advisories);
    fact("Found in", make("code", f.place));
    fact("Evidence", f.evidence);
    fact("Layer", f.layer === undefined ? undefined : data.layers[f.layer]);
    fact("Severity", v.ratings.map(rating));
    fact("Chosen because", f.reason);
    fact("Exploited", f.exploited);
    fact("Also known as", v.aliases.join(", "));
    fact("Weaknesses", v.cwes.join(", "));
    fact("Published", [v.published, v.modified && `changed ${v.modified}`].filter(Boolean).join(", "));
    fact("References", v.references.map(link));
    cell.append(facts);
    const tr = make("tr", undefined, "detail");
    tr.append(cell);
    return tr;
  };
  const toggle = row => {
    const open = row.classList.toggle("open");
    row.querySelector(".more").setAttribute("aria-expanded", open);
    row.querySelector(".more").textContent = open ? "Close" : "Details";
    if (open) row.after(explain(row));
    else row.nextElementSibling.remove();
  };
  const close = () => rows.forEach(r => r.classList.contains("open") && toggle(r));

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    rows.forEach((r, i) => {
      const d = r.dataset;
      const on = is(d.severity) && (!type.value || d.type === type.value) && (!is("fixable") || d.fixable) &&
        (!is("exploited") || d.exploited) && words.every(w => texts[i].includes(w));
      if (!on && r.classList.contains("open")) toggle(r);
      r.hidden = !on;
      n += on;
    });
    shown.textContent = `${n} of ${rows.length} findings shown`;
  };
  const sort = (head, column) => {
    const down = head.getAttribute("aria-sort") !== "descending";
    close();
    for (const h of table.tHead.rows[0].cells) h.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = r => r.cells[column].dataset.key ?? r.cells[column].textContent;
    const order = new Intl.Collator("en", { numeric: true });
    const keys = new Map(rows.map(r => [r, key(r)]));
    rows.sort((a, b) => (down ? -1 : 1) * order.compare(keys.get(a), keys.get(b)) || a.dataset.n - b.dataset.n);
    rows.forEach((r, i) => texts[i] = r.textContent.toLowerCase());
    body.append(...rows);
  };

  [...table.tHead.rows[0].cells].forEach((head, i) => {
    const button = make("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => sort(head, i));
  });
  tools.addEventListener("input", filter);
  tools.addEventListener("submit", e => e.preventDefault());
  body.addEventListener("click", e => {
    const row = e.target.closest("tr.row");
    if (row && !e.target.closest("a") && !String(getSelection())) toggle(row);
  });
  page.addEventListener("keydown", e => {
    if (e.key === "/" && page.activeElement !== find && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      find.focus();
    } else if (e.key === "Escape") close();
  });
  addEventListener("beforeprint", () => page.querySelectorAll("details.print").forEach(d => d.open = true));
  filter();
})();
