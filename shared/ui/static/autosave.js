import * as kept from "./kept-drafts.js";

// Saves a draft while it is written: <form data-autosave="/bai-du-thi/…/nhap"> with hidden `version` and `csrf_token`.
// The form is posted as it is with `Accept: application/json`. Answers: 200 {version, saved_at}; 409 {version, fields}
// (somebody else saved: both texts are shown); 401 or 403 {message}; 422 {message}. One request at a time. What cannot
// be saved is kept in this browser and comes back when the page is opened again: as it was when nobody saved since, to
// be chosen field by field when somebody did. `offer` in an answer leads to a conversion of wrongly encoded text.
const pause = 1000;
const firstRetry = 3000;
const longestRetry = 30000;
const skipped = new Set(["csrf_token", "client_key", "version"]);

const clock = (when) => new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" }).format(when);
const textFields = (form) => [...form.elements].filter((field) => field.name && !skipped.has(field.name) && !["file", "password", "submit", "button", "hidden"].includes(field.type));
const text = (field, value) => (field.type === "select-one" ? [...field.options].find((one) => one.value === value)?.text ?? value : value);
const fits = (field, value) => field.type !== "select-one" || [...field.options].some((one) => one.value === value);
const element = (tag, properties, ...inside) => { const made = Object.assign(document.createElement(tag), properties); made.append(...inside); return made; };
const held = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.line = document.createElement("p");
    this.line.className = "sk-saved";
    this.line.setAttribute("role", "status");
    (form.querySelector("[data-saved]") ?? form).append(this.line);
    this.change = 0;
    this.saved = 0;
    this.wait = firstRetry;
    this.offerKept();
    // A file goes with its own button: choosing one leaves no words unsaved.
    for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => { if (event.target.type !== "file") this.touched(); });
    form.addEventListener("focusout", () => this.unsaved && this.save());
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => { this.wait = firstRetry; this.save(); });
    window.addEventListener("beforeunload", (event) => { if (this.unsaved && !this.leaving) event.preventDefault(); });
    window.addEventListener("pageshow", () => { this.leaving = false; });
    // On a slow line somebody writes before this script has come.
    if (textFields(form).some((field) => "defaultValue" in field && typeof held(field) !== "boolean" && field.value !== field.defaultValue)) this.touched();
  }

  get unsaved() { return this.change > this.saved; }

  // A button goes after the words are saved, with the version that this saving gives; without a line it does not go.
  submitted(event) {
    clearTimeout(this.timer);
    if (event.submitter && "discard" in event.submitter.dataset) { kept.drop(this.url); this.leaving = true; return; } // thrown away here too
    if (this.direct || this.blocked || !(this.busy || this.unsaved)) {
      this.direct = false;
      this.leaving = true;
      return;
    }
    event.preventDefault();
    this.after = () => { this.direct = true; this.form.requestSubmit(event.submitter); };
    this.save();
  }

  say(text, tone = "") {
    this.line.textContent = text;
    this.line.className = tone ? `sk-saved sk-saved--${tone}` : "sk-saved";
  }

  touched() {
    this.change += 1;
    this.keep();
    if (this.blocked) return;
    if (this.wait > firstRetry) { this.say(this.whereKept(), "late"); return; } // the line is down, the next try is set
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
      if (this.unsaved) this.keep();
      else kept.drop(this.url);
      this.offer(answer.offer);
      this.say(`Đã lưu lúc ${clock(answer.saved_at ? new Date(answer.saved_at) : new Date())}`, "done");
    } else if (status === 409 && answer.fields) {
      this.clash(answer);
    } else if ([400, 401, 403, 404, 409, 413, 422].includes(status)) {
      this.blocked = status !== 422 && status !== 401;
      this.say(`${this.whereKept()} Lý do: ${answer.message ?? "máy chủ không nhận nội dung này"}.`, "late");
      if (status === 422) this.saved = mark; // the same words would be refused again: wait for a change
    } else {
      this.failed();
    }
  }

  failed() {
    const pressed = this.after;
    this.after = undefined;
    this.say(`${this.whereKept()} ${pressed ? "Hãy bấm lại khi có mạng." : "Đang thử lại."}`, "late");
    this.later(this.wait);
    this.wait = Math.min(this.wait * 2, longestRetry);
  }

  whereKept() {
    return this.stored ? `Chưa lưu lên máy chủ, đã giữ trên máy này ${clock(this.stored)}.` : "Chưa lưu lên máy chủ và không giữ được trên máy này: hãy chép chữ ra nơi khác trước khi rời trang.";
  }

  version(value) {
    const field = this.form.elements.namedItem("version");
    if (field && value !== undefined) field.value = value;
  }

  get based() { return Number(this.form.elements.namedItem("version")?.value ?? 0); }

  // Both texts, field by field; nothing is overwritten until the writer chooses.
  clash({ version, fields }, told = "Bản nháp này vừa được lưu ở nơi khác. Hãy chọn cho từng ô:") {
    if (Object.entries(fields).some(([name, value]) => this.beyond(name, value))) { this.sideBySide(); return; }
    const differing = textFields(this.form).filter((field) => field.name in fields && typeof held(field) !== "boolean" && fields[field.name] !== field.value);
    const go = () => { this.blocked = false; this.version(version); this.change += 1; this.keep(); this.save(); };
    if (!differing.length) { go(); return; }
    this.blocked = true;
    const box = element("div", { className: "sk-clash" }, element("p", { className: "sk-notice__title", textContent: told }));
    box.setAttribute("role", "alert");
    const choices = differing.map((field, place) => this.choice(box, field, fields[field.name], `chon-ban-${place}`));
    const button = element("button", { type: "button", className: "govuk-button", textContent: "Lưu theo lựa chọn" });
    button.addEventListener("click", () => { for (const choose of choices) choose(); box.remove(); go(); });
    box.append(button);
    this.form.before(box);
    this.say(`${this.whereKept()} Cần chọn bản nào được giữ.`, "late");
  }

  // Whether the other text has no place in this form: a line more than here, or a line of somebody else at this place.
  beyond(name, value) {
    const here = this.form.elements.namedItem(name);
    return here ? here.type === "hidden" && here.value !== value : value !== "";
  }

  // Then the server shows both; its page replaces nothing before the next press of a button.
  sideBySide() {
    this.blocked = true;
    const box = element("div", { className: "sk-clash" }, element("p", { className: "sk-notice__title", textContent: "Trang này vừa được lưu ở nơi khác, với số mục khác." }));
    box.setAttribute("role", "alert");
    const button = element("button", { type: "button", className: "govuk-button", textContent: "So hai bản" });
    button.addEventListener("click", () => this.form.requestSubmit(this.form.querySelector("button[type=submit]")));
    box.append(button);
    this.form.before(box);
    this.say(`${this.whereKept()} Cần so hai bản.`, "late");
  }

  // One field's two texts as radio buttons in `box`; what it returns puts the chosen one into the field.
  choice(box, field, theirs, name) {
    const radio = (side, value, label) => {
      const input = element("input", { type: "radio", name, id: `${name}-${side}`, className: "govuk-radios__input", checked: side === "day" });
      const words = element("label", { htmlFor: input.id, className: "govuk-label govuk-radios__label", textContent: label });
      const shown = element("p", { className: "sk-clash__text", textContent: text(field, value) || "(trống)" });
      return [input, element("div", { className: "govuk-radios__item" }, input, words), shown];
    };
    const [, mine, mineText] = radio("day", field.value, "Nội dung trên màn hình này");
    const [other, there, thereText] = radio("kia", theirs, "Bản kia");
    const legend = element("legend", { className: "govuk-fieldset__legend sk-clash__field", textContent: field.labels?.[0]?.textContent.trim() ?? field.name });
    box.append(element("fieldset", { className: "govuk-fieldset govuk-form-group" }, legend, element("div", { className: "govuk-radios govuk-radios--small" }, mine, mineText, there, thereText)));
    field.addEventListener("input", () => { mineText.textContent = text(field, field.value) || "(trống)"; });
    return () => { if (other.checked) field.value = theirs; };
  }

  keep() {
    const copy = Object.fromEntries(textFields(this.form).filter((field) => typeof held(field) !== "boolean").map((field) => [field.name, field.value]));
    this.stored = kept.keep(this.url, this.based, copy) && new Date();
  }

  // Words that a lost line, a closed window or an ended sign-in left here.
  offerKept() {
    const left = kept.read(this.url);
    if (!left || "clash" in this.form.dataset) return;
    const fields = textFields(this.form).filter((field) => field.name in left.copy && typeof held(field) !== "boolean" && left.copy[field.name] !== field.value && fits(field, left.copy[field.name]));
    if (!fields.length) { kept.drop(this.url); return; }
    const saved = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    for (const field of fields) field.value = left.copy[field.name];
    this.stored = new Date(left.at);
    if (left.version === this.based) {
      this.touched();
      this.tellKept(left.at, () => { for (const field of fields) field.value = saved[field.name]; this.touched(); });
    } else {
      this.change += 1;
      this.clash({ version: this.based, fields: saved }, `Trên máy này còn nội dung chưa lưu từ ${clock(new Date(left.at))}, trong khi bản nháp đã được lưu ở nơi khác. Hãy chọn cho từng ô:`);
    }
  }

  tellKept(at, undo) {
    const box = element("div", { className: "sk-notice sk-notice--warn" });
    const button = element("button", { type: "button", className: "govuk-button govuk-button--secondary", textContent: "Bỏ, lấy lại bản trên máy chủ" });
    button.addEventListener("click", () => { undo(); box.remove(); });
    box.append(element("p", { className: "sk-notice__title", textContent: `Đã đưa lại nội dung giữ trên máy này từ ${clock(new Date(at))}.` }), button);
    this.form.before(box);
  }

  offer(address) {
    this.offered?.remove();
    if (!address) return;
    this.offered = element("p", { className: "govuk-body" }, "Có chữ bị sai bảng mã. ", element("a", { className: "govuk-link", href: address, textContent: "Xem trước và chuyển" }));
    this.line.after(this.offered);
  }
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) form.draft ??= new Draft(form);
}
