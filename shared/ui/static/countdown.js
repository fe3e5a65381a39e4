// Keeps "còn 2 ngày 3 giờ" true while the page is open. The server's clock counts: the page brings the server's now.
const steps = [[86400, "ngày"], [3600, "giờ"], [60, "phút"]];

export function timeLeft(seconds) {
  if (seconds < 60) return seconds > 0 ? `còn ${seconds} giây` : "";
  const counts = steps.map(([size, unit]) => {
    const count = Math.floor(seconds / size);
    seconds %= size;
    return [count, unit];
  });
  const first = counts.findIndex(([count]) => count > 0);
  return "còn " + counts.slice(first, first + 2).filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

function run(box) {
  if (box.dataset.counting) return;
  box.dataset.counting = "yes";
  const left = box.querySelector("[data-countdown-left]");
  const deadline = Date.parse(box.dataset.deadline);
  // performance.now() goes on evenly when the reader's clock is wrong or is set.
  const serverStart = Date.parse(box.dataset.now) - performance.now();
  const tick = () => {
    const seconds = Math.floor((deadline - serverStart - performance.now()) / 1000);
    const text = seconds > 0 ? timeLeft(seconds) : box.dataset.over;
    if (left.textContent !== text) left.textContent = text;
    if (seconds > 0) {
      setTimeout(tick, seconds <= 120 ? 250 : 5000);
    } else {
      box.classList.add("sk-countdown--over");
      box.dispatchEvent(new CustomEvent("sk:over", { bubbles: true }));
    }
  };
  tick();
}

export function start(root) {
  root.querySelectorAll("[data-countdown]").forEach(run);
}
