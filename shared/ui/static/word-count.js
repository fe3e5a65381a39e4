// Counts as the server does (`shared/text.py: nfc, word_count`): invisible signs out, NFC, runs between blanks that
// hold a letter or a digit; characters are code points, not UTF-16 halves.
const breaks = /\r\n|[\r\u000b\u000c\u0085\u2028\u2029]/gu;
const invisible = /[\u200b-\u200f\u061c\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u00ad\u034f\u180e\u202a-\u202e\u115f\u1160\u17b4\u17b5\u3164\uffa0\u0000-\u0008\u000e-\u001f\u007f-\u009f\u{e0000}-\u{e007f}]/gu;
const number = new Intl.NumberFormat("vi-VN");

export function nfc(text) {
  return text.replace(breaks, "\n").replace(/\u00a0/gu, " ").replace(invisible, "").normalize("NFC");
}

export function wordCount(text) {
  return nfc(text).split(/\s+/u).filter((run) => /[\p{L}\p{N}]/u.test(run)).length;
}

export function characterCount(text) {
  return [...nfc(text)].length;
}

function watch(field) {
  const line = document.querySelector(`[data-count-for="${CSS.escape(field.name)}"]`);
  if (!line || field.dataset.counting) return;
  field.dataset.counting = "yes";
  const [count, unit] = field.dataset.count === "words" ? [wordCount, "từ"] : [characterCount, "ký tự"];
  const limit = Number(field.dataset.limit);
  // Spoken only when typing pauses: a count after each key would drown the reader's own words.
  const spoken = document.createElement("p");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  line.after(spoken);
  let pause;
  const show = () => {
    const used = count(field.value);
    const over = used > limit;
    line.textContent = over
      ? `${number.format(used)}/${number.format(limit)} ${unit}, thừa ${number.format(used - limit)} ${unit}`
      : `${number.format(used)}/${number.format(limit)} ${unit}`;
    line.classList.toggle("sk-counter--over", over);
    clearTimeout(pause);
    pause = setTimeout(() => { if (document.activeElement === field) spoken.textContent = line.textContent; }, 1500);
  };
  field.addEventListener("input", show);
  show();
}

export function start(root) {
  root.querySelectorAll("[data-count]").forEach(watch);
}
