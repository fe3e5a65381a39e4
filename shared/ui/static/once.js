// One submission per press: a second one while the first is under way is dropped. The client key stays in the form,
// so that even a second that gets through is the same request to the server.
const sending = new WeakSet();

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  event.submitter?.setAttribute("aria-busy", "true");
}

// Coming back with the back button shows the page as it was left: let it be sent again.
function onShow() {
  for (const form of document.forms) {
    sending.delete(form);
    form.querySelector('[aria-busy="true"]')?.removeAttribute("aria-busy");
  }
}

let started = false;
export function start() {
  if (started) return;
  started = true;
  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", onShow);
}
