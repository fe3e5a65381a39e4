// Runs before the page is drawn: says that scripts work, and folds the navigation on narrow screens. Nothing else.
document.documentElement.classList.add("js");
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (!button) return;
  const open = document.getElementById(button.getAttribute("aria-controls")).classList.toggle("sk-nav--open");
  button.setAttribute("aria-expanded", String(open));
});
document.addEventListener("keydown", (event) => {
  const button = event.key === "Escape" && document.querySelector("[data-menu][aria-expanded='true']");
  if (!button) return;
  button.click();
  button.focus();
});
