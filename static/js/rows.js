// Live rows: <tbody data-live hx-get="…" hx-trigger="every 15s"> of <tr id data-version>; ticks and the bulk bar.
"use strict";

(() => {
  const ticks = (root) => [...root.querySelectorAll('input[type="checkbox"][data-tick]')];

  // Rows never move under a hand: no poll while the pointer or the focus is on them, or while some are ticked.
  function isBusy(list) {
    return list.matches(":hover") || list.contains(document.activeElement) || ticks(list).some((tick) => tick.checked);
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const list = event.target;
    if (list.matches("[data-live]") && (document.hidden || isBusy(list))) event.preventDefault();
  });

  let before = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.matches("[data-live]")) before = versions(event.target);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const list = document.getElementById(event.target.id);
    if (!list?.matches("[data-live]")) return;
    const changed = [...versions(list)].filter(([id, version]) => before.get(id) !== version);
    for (const [id] of changed) document.getElementById(id).classList.add("changed");
    if (changed.length) cx.say(changed.length === 1 ? "1 row changed" : `${changed.length} rows changed`);
  });

  function versions(list) {
    return new Map([...list.querySelectorAll("[id][data-version]")].map((row) => [row.id, row.dataset.version]));
  }

  // Ticks: [data-tick-all] ticks what is shown, the bulk bar [data-bulk] says how many, shift extends.
  let last = null;
  document.addEventListener("click", (event) => {
    const tick = event.target.closest("input[data-tick]");
    if (tick && event.shiftKey && last) extend(tick);
    if (tick) last = tick;
  });

  function extend(tick) {
    const all = ticks(document);
    const [from, to] = [all.indexOf(last), all.indexOf(tick)].sort((a, b) => a - b);
    if (from >= 0) all.slice(from, to + 1).forEach((other) => { other.checked = tick.checked; });
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) ticks(document).forEach((tick) => { tick.checked = event.target.checked; });
    if (event.target.matches("[data-tick-all], [data-tick]")) count();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-untick]")) return;
    ticks(document).forEach((tick) => { tick.checked = false; });
    count();
  });

  function count() {
    const all = ticks(document);
    const chosen = all.filter((tick) => tick.checked).length;
    const every = document.querySelector("[data-tick-all]");
    if (every) {
      every.checked = chosen > 0 && chosen === all.length;
      every.indeterminate = chosen > 0 && chosen < all.length;
    }
    for (const bar of document.querySelectorAll("[data-bulk]")) show(bar, chosen);
  }

  function show(bar, chosen) {
    const was = bar.hidden;
    bar.hidden = !chosen;
    bar.querySelector("[data-bulk-count]").textContent = `${chosen} ticked`;
    if (was && chosen) cx.say(`${chosen} ticked. Actions for them are at the end of the list.`);
  }

  addEventListener("pageshow", count);
})();
