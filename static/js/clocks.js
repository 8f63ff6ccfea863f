// Keeps relative times fresh: <time datetime data-clock="due | ago | age"><span data-clock-text>…</span></time>.
"use strict";

(() => {
  const MINUTE = 60;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const SOON = 2 * HOUR;

  function span(seconds) {
    if (seconds < MINUTE) return "under a minute";
    if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
    if (seconds < DAY) return parts(seconds, HOUR, "h", MINUTE, "min");
    return parts(seconds, DAY, "d", HOUR, "h");
  }

  function parts(seconds, big, bigName, small, smallName) {
    const rest = Math.floor((seconds % big) / small);
    return `${Math.floor(seconds / big)} ${bigName}${rest ? ` ${rest} ${smallName}` : ""}`;
  }

  function coarse(seconds) {
    if (seconds < HOUR) return `${Math.max(1, Math.floor(seconds / MINUTE))} min`;
    return seconds < DAY ? `${Math.floor(seconds / HOUR)} h` : `${Math.floor(seconds / DAY)} d`;
  }

  function words(kind, left) {
    if (kind === "age") return coarse(-left);
    if (kind === "ago") return -left < MINUTE ? "just now" : `${coarse(-left)} ago`;
    return left >= 0 ? `due in ${span(left)}` : `${span(-left)} overdue`;
  }

  function setState(clock, left) {
    const state = left < 0 ? "overdue" : left < Number(clock.dataset.soon || SOON) ? "soon" : "later";
    const card = clock.closest(".clock-card");
    for (const name of ["overdue", "soon", "later"]) {
      clock.classList.toggle(`clock-${name}`, name === state);
      card?.classList.toggle(`clock-card-${name}`, name === state);
    }
  }

  function refresh(root) {
    const now = Date.now();
    for (const clock of root.querySelectorAll("time[data-clock]")) {
      const left = (Date.parse(clock.dateTime) - now) / 1000;
      const text = clock.querySelector("[data-clock-text]");
      const next = words(clock.dataset.clock, left);
      if (text.textContent !== next) text.textContent = next;
      if (clock.dataset.clock === "due") setState(clock, left);
    }
    for (const wall of root.querySelectorAll("[data-zone]")) wall.textContent = there(wall.dataset.zone);
  }

  // <span data-zone="America/Denver">: what the clock on the wall shows there.
  function there(zone) {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date());
  }

  refresh(document);
  setInterval(() => { if (!document.hidden) refresh(document); }, 20000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(document); });
  document.addEventListener("htmx:afterSwap", (event) => refresh(event.target.parentElement || document));
})();
