// Saves what is typed: <textarea data-draft-url="…">, with the words "Saved 12:04" in the form's [data-saved].
"use strict";

(() => {
  const EVERY = 2000;
  const sent = new WeakMap();
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  const boxes = () => [...document.querySelectorAll("textarea[data-draft-url]")];
  const isChanged = (box) => box.value !== (sent.get(box) ?? box.defaultValue);

  function tell(box, text) {
    const place = box.closest("form, [data-draft]")?.querySelector("[data-saved]");
    if (place) place.textContent = text;
  }

  async function save(box, options) {
    const value = box.value;
    const body = new FormData();
    body.set("text", value);
    body.set("name", box.name);
    sent.set(box, value);
    const answer = await cx.post(box.dataset.draftUrl, body, options).catch(() => null);
    if (answer?.ok) return tell(box, `Saved ${clock.format(new Date())}`);
    sent.set(box, null);
    tell(box, answer?.status === 403 ? "Not saved: sign in again in another tab" : "Not saved yet, trying again");
  }

  setInterval(() => boxes().filter(isChanged).forEach((box) => save(box)), EVERY);

  addEventListener("pagehide", () => {
    boxes().filter(isChanged).forEach((box) => save(box, { keepalive: true }));
  });

  // A sent note is no draft any more: the server drops it, and the page must not write it back.
  document.addEventListener("submit", (event) => {
    for (const box of event.target.querySelectorAll("textarea[data-draft-url]")) sent.set(box, box.value);
  });
})();
