// Keyboard. Single keys (letters; 1, 2, 3 for verdicts) click what carries data-key="t"; in a list, the row that has the focus goes first.
"use strict";

(() => {
  const singleKeys = document.body.dataset.singleKeys !== "off";
  const goes = { q: "cases", h: "home" };
  let wentG = 0;

  const rows = () => [...document.querySelectorAll("[data-rows] .row-link")].filter(cx.isShown);
  const currentRow = () => document.activeElement?.closest("[data-rows] tr, [data-rows] li");

  function move(by) {
    const links = rows();
    if (!links.length) return;
    const at = links.findIndex((link) => link.closest("tr, li") === currentRow());
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
    links[next].focus();
    links[next].closest("tr, li").scrollIntoView({ block: "nearest" });
  }

  function press(key) {
    const inRow = currentRow()?.querySelector(`[data-key="${key}"]`);
    const target = inRow || [...document.querySelectorAll(`[data-key="${key}"]`)].find(isPressable);
    if (!target) return false;
    target.click();
    const form = target.matches("input[type=radio]") && target.closest("form");
    if (form) [...form.querySelectorAll("textarea, select")].find(cx.isShown)?.focus();
    return true;
  }

  // A radio of the composer's switch is transparent but there; anything else must be visible and enabled.
  function isPressable(element) {
    return cx.isShown(element) && !element.disabled && element.getAttribute("aria-disabled") !== "true";
  }

  function tickRow() {
    const tick = currentRow()?.querySelector("input[data-tick]");
    tick?.click();
    return Boolean(tick);
  }

  function go(key) {
    const link = document.querySelector(`[data-rail="${goes[key]}"]`);
    if (link) location.assign(link.href);
    return Boolean(link);
  }

  const single = {
    "/": () => { cx.open("palette"); return true; },
    "?": () => { cx.open("keys"); return true; },
    j: () => { move(1); return true; },
    k: () => { move(-1); return true; },
    x: tickRow,
    g: () => { wentG = Date.now(); return true; },
  };

  function run(key) {
    if (Date.now() - wentG < 1500 && goes[key]) { wentG = 0; return go(key); }
    if (single[key]) return single[key]();
    return "tancre123".includes(key) && press(key);
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      cx.open("palette");
      return;
    }
    if (!singleKeys || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (cx.isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (run(event.key)) event.preventDefault();
  });

  // Ctrl Enter sends the form that is being written in, by the button that is shown: the composer has one for each kind.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea")) return;
    event.preventDefault();
    const form = event.target.form;
    const button = form && [...form.querySelectorAll("button:not([type=button])")].find(cx.isShown);
    form?.requestSubmit(button);
  });
})();
