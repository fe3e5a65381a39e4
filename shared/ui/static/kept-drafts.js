// Spare copies of unsaved drafts in this browser: one for a form's address, with the version it was based on and the
// person who wrote it. Computers are shared: a copy of somebody else or of last week is dropped as soon as a page of
// a signed-in person opens, all of them at sign-out, and that of an entry when its receipt is shown.
const prefix = "nhap:";
const longest = 7 * 24 * 3600 * 1000;

export const whoseThis = () => document.querySelector("[data-person]")?.dataset.person ?? "";

function look(place) {
  try { return JSON.parse(localStorage.getItem(place)) ?? undefined; } catch { return undefined; }
}

const places = () => {
  try { return Object.keys(localStorage).filter((place) => place.startsWith(prefix)); } catch { return []; }
};

export const drop = (url) => { try { localStorage.removeItem(prefix + url); } catch { /* nothing was kept then */ } };

// Only what the person of this page wrote, and not long ago.
export function read(url) {
  const kept = look(prefix + url);
  if (kept && kept.person === whoseThis() && kept.at > Date.now() - longest) return kept;
  drop(url);
  return undefined;
}

// Whether it could be kept: a store may be full or forbidden.
export function keep(url, version, copy) {
  try {
    localStorage.setItem(prefix + url, JSON.stringify({ at: Date.now(), person: whoseThis(), version, copy }));
    return true;
  } catch {
    return false;
  }
}

export function dropAll() {
  for (const place of places()) drop(place.slice(prefix.length));
}

let started = false;
export function start(root) {
  for (const mark of root.querySelectorAll("[data-handed-in]")) {
    const kept = read(mark.dataset.handedIn);
    if (kept && kept.version < Number(mark.dataset.version) && kept.at < Date.parse(mark.dataset.at)) drop(mark.dataset.handedIn);
  }
  if (started || !whoseThis()) return;
  started = true;
  for (const place of places()) read(place.slice(prefix.length));
  document.addEventListener("submit", (event) => { if (event.target.matches("form[action='/dang-xuat'], form[action='/tai-khoan/dang-xuat-het']")) dropAll(); });
}
