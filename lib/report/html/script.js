"use strict";
(function () {
  const form = document.getElementById("filter");
  const verdict = document.getElementById("by-verdict");
  const table = document.getElementById("by-table");
  const text = document.getElementById("by-text");
  const shown = document.getElementById("shown");
  const rows = Array.from(document.querySelectorAll(".row"));
  const words = rows.map((row) => row.textContent.toLowerCase());
  // What disappears with the last row in it; without a filter everything is there.
  const holders = Array.from(document.querySelectorAll("details.more, div.group, section")).filter(
    (holder) => holder.querySelector(".row") || ["conflicts", "invalid", "updates", "inserts", "deletes", "skipped", "kept"].includes(holder.id));

  function apply() {
    const sought = text.value.toLowerCase();
    const filtered = verdict.value !== "" || table.value !== "" || sought !== "";
    let count = 0;
    rows.forEach((row, i) => {
      row.hidden = (verdict.value !== "" && row.dataset.verdict !== verdict.value) ||
        (table.value !== "" && row.dataset.table !== table.value) || !words[i].includes(sought);
      count += row.hidden ? 0 : 1;
    });
    for (const holder of holders) {
      holder.hidden = filtered && !holder.querySelector(".row:not([hidden])");
      if (filtered && holder.tagName === "DETAILS") holder.open = true;
    }
    shown.textContent = count + " of " + rows.length + " listed rows";
  }

  function choose(select, matches) {
    const option = Array.from(select.options).find(matches);
    select.value = option ? option.value : "";
  }

  function read_address() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (!["show", "table", "text"].some((name) => wanted.has(name))) return;
    choose(verdict, (option) => option.value === wanted.get("show"));
    choose(table, (option) => option.value !== "" && option.textContent === wanted.get("table"));
    text.value = wanted.get("text") || "";
    apply();
    form.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  window.addEventListener("hashchange", read_address);
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
  apply();
  read_address();
})();
