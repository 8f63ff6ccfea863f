// The shell of every staff page: announcements, toasts, dialogs, menus, confirmation, copying, loading.
"use strict";

const cx = {
  // Say something to screen readers without moving focus.
  say(text) {
    const live = document.getElementById("live");
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  },

  // Show a short message for six seconds; `undo` is {label, url} of a POST that takes it back.
  toast(text, undo) {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(text);
    if (undo) toast.append(cx.undoButton(undo, toast));
    document.getElementById("toasts").append(toast);
    cx.say(text);
    setTimeout(() => toast.remove(), 6000);
  },

  undoButton(undo, toast) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = undo.label || "Undo";
    button.addEventListener("click", async () => {
      toast.remove();
      if ((await cx.post(undo.url, new FormData())).ok) location.reload();
    });
    return button;
  },

  csrf() {
    return document.querySelector('meta[name="csrf-token"]').content;
  },

  post(url, body, options = {}) {
    return fetch(url, {
      method: "POST", body, credentials: "same-origin",
      headers: { "X-CSRFToken": cx.csrf(), "X-Requested-With": "XMLHttpRequest" }, ...options,
    });
  },

  isTyping(element) {
    return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");
  },

  isShown(element) {
    return element.getClientRects().length > 0;
  },

  open(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus();
    dialog.dispatchEvent(new CustomEvent("cx:open"));
  },
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && document.getElementById(opener.dataset.dialog)) {
    event.preventDefault();
    opener.closest("details[data-menu]")?.removeAttribute("open");
    cx.open(opener.dataset.dialog);
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target.matches("dialog")) event.target.close();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Copying: <button data-copy="PX-7K3M-29QD">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  cx.toast(`Copied ${button.dataset.copy}`);
});

// <a href="…" data-picks="id">: chooses a radio of a form on the page instead of opening another page.
document.addEventListener("click", (event) => {
  const picker = event.target.closest("[data-picks]");
  const radio = picker && document.getElementById(picker.dataset.picks);
  if (!radio) return;
  event.preventDefault();
  radio.click();
  radio.form.scrollIntoView({ block: "end" });
  [...radio.form.querySelectorAll("select, textarea")].find(cx.isShown)?.focus();
});

// Destructive forms: <form data-confirm="Close 12 cases?" data-confirm-action="Close cases">. Capturing, so that it runs before HTMX.
let confirmed = null;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm) return;
  if (confirmed === form) { confirmed = null; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  askFirst(form, event.submitter);
}, true);

function askFirst(form, submitter) {
  const dialog = document.getElementById("confirm");
  const yes = dialog.querySelector("[data-confirm-yes]");
  dialog.querySelector("#confirm-text").textContent = form.dataset.confirm;
  yes.textContent = form.dataset.confirmAction || submitter?.textContent.trim() || "Continue";
  yes.onclick = () => {
    dialog.close();
    confirmed = form;
    form.requestSubmit(submitter);
  };
  dialog.showModal();
}

// Loading: the line on top appears when something takes longer than 300 ms; a form is never sent twice,
// unless it has data-repeat (a download leaves the page where it is).
let waiting = 0;
let loadingTimer = 0;

function loading(change) {
  waiting = Math.max(0, waiting + change);
  clearTimeout(loadingTimer);
  if (waiting) loadingTimer = setTimeout(() => { document.body.dataset.loading = ""; }, 300);
  else delete document.body.dataset.loading;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[data-repeat]")) return;
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "1";
  loading(1);
});

addEventListener("pageshow", () => {
  waiting = 0;
  loading(0);
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

const isPoll = (event) => event.target.matches("[data-live]");
document.addEventListener("htmx:beforeSend", (event) => { if (!isPoll(event)) loading(1); });
document.addEventListener("htmx:afterRequest", (event) => { if (!isPoll(event)) loading(-1); });

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = cx.csrf();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const said = event.target.querySelector?.("[data-say]");
  if (said) cx.say(said.dataset.say);
});

document.addEventListener("htmx:responseError", (event) => {
  if (isPoll(event)) return;
  cx.toast(event.detail.xhr.status === 403
    ? "You may not do that. Ask a supervisor or an admin."
    : "That did not work and nothing was changed. Try again.");
});

document.addEventListener("htmx:sendError", (event) => {
  if (!isPoll(event)) cx.toast("No connection. Nothing was lost; try again.");
});

// HX-Trigger: {"toast": {"text": "Case 1042 resolved", "undo": {"label": "Undo", "url": "/…"}}}
document.addEventListener("toast", (event) => cx.toast(event.detail.text || event.detail.value, event.detail.undo));

// The palette: results are HTML from the server, links only.
const palette = document.getElementById("palette");
if (palette) startPalette(palette.querySelector("input"), document.getElementById("palette-results"));

function startPalette(input, results) {
  let timer = 0;
  let asked = 0;

  async function ask() {
    const mine = ++asked;
    const answer = await fetch(`${palette.dataset.paletteUrl}?q=${encodeURIComponent(input.value)}`, {
      headers: { "HX-Request": "true", "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin",
    }).catch(() => null);
    if (mine !== asked) return;
    if (answer?.ok) results.innerHTML = await answer.text();
    else results.textContent = "Search is not available right now. Try again in a moment.";
    mark(results.querySelector("a"));
  }

  function mark(link) {
    results.querySelector(".is-current")?.classList.remove("is-current");
    link?.classList.add("is-current");
    link?.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const links = [...results.querySelectorAll("a")];
    const at = links.findIndex((link) => link.classList.contains("is-current"));
    if (links.length) mark(links[(at + by + links.length) % links.length]);
  }

  palette.addEventListener("cx:open", () => { input.select(); ask(); });
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  palette.querySelector("form").addEventListener("submit", (event) => {
    const current = results.querySelector(".is-current");
    if (!current) return;
    event.preventDefault();
    current.click();
  });
}

// A bar that scrolls sideways shows where one is.
for (const current of document.querySelectorAll(":is(.tabs, .side-list) [aria-current]")) {
  current.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
}
