// Adds up the marks of a sheet while they are typed, and points at a mark outside its scale. The server decides.
function read(field) {
  const typed = field.value.trim();
  if (!typed) return null;
  return /^\d+([.,]\d+)?$/u.test(typed) ? Number(typed.replace(",", ".")) : NaN;
}

const number = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 4 });
// Marks are decimals: add them as whole ten-thousandths, not as binary fractions.
const sum = (marks) => marks.reduce((total, mark) => total + Math.round(mark * 10000), 0) / 10000;

function watch(form) {
  if (form.dataset.totalling) return;
  form.dataset.totalling = "yes";
  const output = form.querySelector("[data-score-total]");
  const fields = [...form.querySelectorAll("[data-score]")];
  const show = () => {
    for (const field of fields) {
      const mark = read(field);
      const wrong = mark !== null && !(mark >= 0 && mark <= Number(field.dataset.maximum));
      field.classList.toggle("govuk-input--error", wrong);
      field.setAttribute("aria-invalid", String(wrong));
    }
    const marks = fields.filter((field) => field.getAttribute("aria-invalid") === "false").map(read).filter((mark) => mark !== null);
    if (output) output.textContent = marks.length ? number.format(sum(marks)) : "–";
  };
  form.addEventListener("input", show);
  show();
}

export function start(root) {
  new Set([...root.querySelectorAll("[data-score]")].map((field) => field.form)).forEach((form) => form && watch(form));
}
