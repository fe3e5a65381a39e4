// Counts as the server does (`shared/text.py: nfc, word_count`): invisible signs out, NFC, runs between blanks that
// hold a letter or a digit; characters are code points, not UTF-16 halves.
const invisible = /[\u200b-\u200d\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f]/gu;
const number = new Intl.NumberFormat("vi-VN");

export function nfc(text) {
  return text.replace(/\r\n?/gu, "\n").replace(/\u00a0/gu, " ").replace(invisible, "").normalize("NFC");
}

export function wordCount(text) {
  return nfc(text).split(/[\s\u0085]+/u).filter((run) => /[\p{L}\p{N}]/u.test(run)).length;
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
