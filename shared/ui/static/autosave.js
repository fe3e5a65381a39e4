// Saves a draft while it is written: <form data-autosave="/bai-du-thi/…/nhap"> with hidden `version` and `csrf_token`.
// The form is posted as it is with `Accept: application/json`. Answers: 200 {version, saved_at}; 409 {version, fields}
// (somebody else saved: both texts are shown); 401 or 403 {message}; 422 {message}. One request at a time.
const pause = 1000;
const firstRetry = 3000;
const longestRetry = 30000;
const skipped = new Set(["csrf_token", "client_key", "version"]);

const clock = (when) => new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" }).format(when);
const textFields = (form) => [...form.elements].filter((field) => field.name && !skipped.has(field.name) && !["file", "password", "submit", "button", "hidden"].includes(field.type));
const held = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.place = `nhap:${this.url}`;
    this.line = document.createElement("p");
    this.line.className = "sk-saved";
    this.line.setAttribute("role", "status");
    (form.querySelector("[data-saved]") ?? form).append(this.line);
    this.change = 0;
    this.saved = 0;
    this.wait = firstRetry;
    this.offerKept();
    form.addEventListener("input", () => this.touched());
    form.addEventListener("change", () => this.touched());
    form.addEventListener("focusout", () => this.unsaved && this.save());
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => this.unsaved && this.save());
    window.addEventListener("beforeunload", (event) => { if (this.unsaved && !this.leaving) event.preventDefault(); });
    window.addEventListener("pageshow", () => { this.leaving = false; });
    // On a slow line somebody writes before this script has come.
    if (textFields(form).some((field) => "defaultValue" in field && typeof held(field) !== "boolean" && field.value !== field.defaultValue)) this.touched();
  }

  get unsaved() { return this.change > this.saved; }

  // Leaving a field for the button saves; the form must then go with the version that this saving gives.
  submitted(event) {
    this.leaving = true;
    clearTimeout(this.timer);
    if (!this.busy) return;
    event.preventDefault();
    this.after = () => this.form.requestSubmit(event.submitter);
  }

  say(text, tone = "") {
    this.line.textContent = text;
    this.line.className = tone ? `sk-saved sk-saved--${tone}` : "sk-saved";
  }

  touched() {
    this.change += 1;
    this.keep();
    if (this.blocked || this.wait > firstRetry) return; // while the line is down the next try is already set
    this.say("Đang soạn…");
    this.later(pause);
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  async save() {
    if (this.busy || this.blocked || !this.unsaved) return;
    this.busy = true;
    clearTimeout(this.timer);
    const mark = this.change;
    try {
      const body = new FormData(this.form);
      for (const field of this.form.querySelectorAll("input[type=file]")) body.delete(field.name);
      const answer = await fetch(this.url, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "follow" });
      // An old token is renewed on the way (307 there and back); a page instead of JSON means that the sign-in is over.
      const told = (answer.headers.get("content-type") || "").includes("json");
      this.took(told || answer.status >= 500 ? answer.status : 401, told ? await answer.json().catch(() => ({})) : { message: "bạn đã hết phiên đăng nhập; hãy đăng nhập lại ở một thẻ khác rồi viết tiếp tại đây" }, mark);
    } catch {
      this.failed();
    } finally {
      this.busy = false;
      const after = this.after;
      this.after = undefined;
      if (after) after();
      else if (this.unsaved && !this.blocked && this.wait === firstRetry) this.later(pause);
    }
  }

  took(status, answer, mark) {
    if (status === 200) {
      this.saved = mark;
      this.wait = firstRetry;
      this.version(answer.version);
      if (!this.unsaved) localStorage.removeItem(this.place);
      this.say(`Đã lưu lúc ${clock(answer.saved_at ? new Date(answer.saved_at) : new Date())}`, "done");
    } else if (status === 409 && answer.fields) {
      this.clash(answer);
    } else if ([400, 401, 403, 404, 409, 413, 422].includes(status)) {
      this.blocked = status !== 422 && status !== 401;
      this.say(`Chưa lưu: ${answer.message ?? "máy chủ không nhận nội dung này"}. Nội dung vẫn được giữ trên máy này.`, "late");
      if (status === 422) this.saved = mark; // the same words would be refused again: wait for a change
    } else {
      this.failed();
    }
  }

  failed() {
    this.say("Chưa lưu – đang thử lại. Nội dung được giữ tạm trên máy này.", "late");
    this.later(this.wait);
    this.wait = Math.min(this.wait * 2, longestRetry);
  }

  version(value) {
    const field = this.form.elements.namedItem("version");
    if (field && value !== undefined) field.value = value;
  }

  // The two texts side by side; nothing is overwritten until the writer chooses.
  clash({ version, fields }) {
    this.blocked = true;
    const box = document.createElement("div");
    box.className = "sk-clash";
    box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { className: "sk-notice__title", textContent: "Bản nháp này vừa được lưu ở nơi khác. Nội dung ở đó khác các ô sau:" }));
    for (const field of textFields(this.form)) {
      if (!(field.name in fields) || typeof held(field) === "boolean" || fields[field.name] === field.value) continue;
      const label = field.labels?.[0]?.textContent.trim() ?? field.name;
      box.append(Object.assign(document.createElement("p"), { className: "sk-clash__field", textContent: `${label} (bản kia)` }));
      box.append(Object.assign(document.createElement("p"), { className: "sk-clash__text", textContent: fields[field.name] || "(trống)" }));
    }
    const choose = (text, act) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "govuk-button govuk-button--secondary", textContent: text });
      button.addEventListener("click", () => { act(); box.remove(); this.blocked = false; this.version(version); this.change += 1; this.save(); });
      box.append(button, " ");
    };
    choose("Giữ nội dung trên màn hình này", () => {});
    choose("Lấy bản kia", () => { for (const field of textFields(this.form)) if (field.name in fields && typeof held(field) !== "boolean") field.value = fields[field.name]; });
    this.form.before(box);
    this.say("Chưa lưu: cần chọn một trong hai bản.", "late");
  }

  keep() {
    const copy = Object.fromEntries(textFields(this.form).filter((field) => typeof held(field) !== "boolean").map((field) => [field.name, field.value]));
    try { localStorage.setItem(this.place, JSON.stringify({ at: Date.now(), copy })); } catch { /* a full or forbidden store only loses the spare copy */ }
  }

  // A copy left by a lost connection or a closed window: put back only when asked.
  offerKept() {
    let kept;
    try { kept = JSON.parse(localStorage.getItem(this.place)); } catch { return; }
    const fields = textFields(this.form).filter((field) => kept && field.name in kept.copy && kept.copy[field.name] !== field.value);
    if (!fields.length) return;
    const box = document.createElement("div");
    box.className = "sk-notice sk-notice--warn";
    box.append(Object.assign(document.createElement("p"), { className: "sk-notice__title", textContent: `Trên máy này còn nội dung chưa gửi được, giữ từ ${clock(new Date(kept.at))}.` }));
    for (const [text, act] of [["Dùng nội dung đó", () => { for (const field of fields) field.value = kept.copy[field.name]; this.touched(); }], ["Bỏ đi", () => localStorage.removeItem(this.place)]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "govuk-button govuk-button--secondary", textContent: text });
      button.addEventListener("click", () => { act(); box.remove(); });
      box.append(button, " ");
    }
    this.form.before(box);
  }
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) form.draft ??= new Draft(form);
}
