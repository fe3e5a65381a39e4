// Keeps a board up to date from a server-sent stream: <div data-live-board="/chung-khao/…/dong"> has its content
// replaced by the HTML of each `board` event (plain, or a JSON string). The badge says whether the line is alive.
function badge(box) {
  const selector = box.dataset.liveBadge;
  const found = selector && document.querySelector(selector);
  if (found) return found;
  const made = document.createElement("p");
  made.setAttribute("role", "status");
  box.before(made);
  return made;
}

function connect(box) {
  if (box.dataset.connected) return;
  box.dataset.connected = "yes";
  const sign = badge(box);
  const say = (alive) => {
    const text = alive ? "Trực tiếp" : "Mất kết nối – đang nối lại";
    sign.className = alive ? "sk-live" : "sk-live sk-live--lost";
    if (sign.textContent !== text) sign.textContent = text;
  };
  let source;
  let again;
  const open = () => {
    source = new EventSource(box.dataset.liveBoard);
    source.addEventListener("open", () => say(true));
    source.addEventListener("error", () => {
      say(false);
      // The browser retries a cut line by itself, but gives up after an answer that is not a stream (a restart's 502).
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, 2000 + Math.random() * 1000);
    });
    source.addEventListener("board", (event) => {
      say(true);
      const html = event.data.startsWith('"') ? JSON.parse(event.data) : event.data;
      if (html === box.lastBoard) return;
      box.lastBoard = html;
      box.innerHTML = html;
      box.dispatchEvent(new CustomEvent("sk:swapped", { bubbles: true }));
    });
  };
  open();
  window.addEventListener("pagehide", () => { source.close(); clearTimeout(again); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}

export function start(root) {
  root.querySelectorAll("[data-live-board]").forEach(connect);
}
