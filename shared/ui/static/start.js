// Loads what a page asks for by its attributes, and only that. Every page works without any of it.
const wanted = [
  ["form[method=post]", () => import("./once.js")],
  ["form[data-autosave]", () => import("./autosave.js")],
  ["[data-person], [data-handed-in]", () => import("./kept-drafts.js")],
  ["[data-upload]", () => import("./upload.js")],
  ["[data-countdown]", () => import("./countdown.js")],
  ["[data-live-board]", () => import("./live-board.js")],
  ["[data-count]", () => import("./word-count.js")],
  ["[data-inbox]", () => import("./inbox.js")],
  ["[data-hold]", () => import("./hold.js")],
  ["form[data-passkey]", () => import("./passkey.js")],
  ["[data-score]", () => import("./score-total.js")],
  ["input[type=file][data-max-bytes]", () => import("./file-size.js")],
  ["[hx-get],[hx-post],[data-hx-get],[data-hx-post]", () => import("./htmx.js")],
];

async function startVendor() {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  const { initAll } = await import("./govuk-frontend.js");
  initAll();
}

export async function start(root = document) {
  const loads = wanted.filter(([selector]) => root.querySelector(selector)).map(([, load]) => load());
  if (root.querySelector("[data-module]:not([data-module=govuk-button]):not([data-module=govuk-skip-link])")) loads.push(startVendor());
  for (const module of await Promise.all(loads)) module?.start?.(root);
}

start();
// A part that htmx or the live board put into the page gets the same treatment.
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
document.addEventListener("sk:swapped", (event) => start(event.target));
