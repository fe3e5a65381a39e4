// A button that must be held (data-hold="1200", milliseconds) before it sends its form. With the keyboard or a screen
// reader: press once, then again within five seconds. Without scripts it is a plain button.
const patience = 5000;

function confirmable(button) {
  if (button.dataset.holding) return;
  button.dataset.holding = "yes";
  const time = Number(button.dataset.hold) || 1200;
  button.style.setProperty("--sk-hold", `${time}ms`);
  const hint = document.createElement("p");
  hint.className = "sk-hold__hint";
  hint.setAttribute("role", "status");
  hint.textContent = "Nhấn giữ nút để xác nhận. Dùng bàn phím: nhấn Enter hai lần.";
  button.after(hint);

  let held;
  let armedUntil = 0;
  let confirmed = false;
  const send = () => {
    confirmed = true;
    button.form.requestSubmit(button);
    confirmed = false;
  };
  const release = () => {
    clearTimeout(held);
    button.classList.remove("is-held");
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.classList.add("is-held");
    held = setTimeout(() => { release(); send(); }, time);
  });
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(end, release);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", (event) => {
    if (confirmed) return;
    event.preventDefault();
    if (event.detail > 0) {
      hint.textContent = "Hãy nhấn giữ cho đến khi thanh chạy hết.";
    } else if (Date.now() < armedUntil) {
      armedUntil = 0;
      send();
    } else {
      armedUntil = Date.now() + patience;
      hint.textContent = "Nhấn Enter lần nữa trong 5 giây để xác nhận.";
    }
  });
}

export function start(root) {
  root.querySelectorAll("button[data-hold]").forEach(confirmable);
}
