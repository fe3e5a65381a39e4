// Sends a large file in pieces (tus 1.0) and goes on after a broken connection or a reloaded page:
// <div data-upload="/api/…/uploads" data-renew="/…"> around a file field and its button; data-purpose="…" when the file is no
// part of the entry itself. Small files and browsers without this script use the form as it is.
const pieceBytes = 512 * 1024;
const leastBytes = 1024 * 1024;
const pauses = [1000, 2000, 4000, 8000, 15000];
const version = { "Tus-Resumable": "1.0.0" };
const inBase64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const percent = (part, whole) => `${Math.floor((part / whole) * 100)}%`;

class Refused extends Error {}

class Upload {
  constructor(box) {
    this.box = box;
    this.field = box.querySelector("input[type=file]");
    this.button = box.querySelector("button");
    this.form = this.field.form;
    this.purpose = box.dataset.purpose ?? "";
    this.place = `tai-len:${box.dataset.upload}${this.purpose && `:${this.purpose}`}`;
    this.bar = Object.assign(document.createElement("progress"), { max: 100, hidden: true, className: "sk-upload__bar" });
    this.bar.setAttribute("aria-label", "Tiến độ tải tệp");
    this.line = Object.assign(document.createElement("p"), { className: "sk-saved" });
    this.line.setAttribute("role", "status");
    this.stop = Object.assign(document.createElement("button"), { type: "button", hidden: true, className: "govuk-button govuk-button--secondary", textContent: "Bỏ tệp đang tải" });
    this.stop.addEventListener("click", () => this.callOff());
    this.button.after(this.bar, this.line, this.stop);
    this.button.addEventListener("click", (event) => this.pressed(event));
    this.offer();
  }

  say(text, tone = "") {
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.className = tone ? `sk-saved sk-saved--${tone}` : "sk-saved";
  }

  get kept() {
    try { return JSON.parse(localStorage.getItem(this.place)); } catch { return null; }
  }

  keep(value) {
    try { value ? localStorage.setItem(this.place, JSON.stringify(value)) : localStorage.removeItem(this.place); } catch { /* then it begins anew after a reload */ }
  }

  pressed(event) {
    const file = this.field.files[0];
    if (!file || !this.field.validity.valid) return;
    if (file.size < leastBytes && !this.goesOn(file)) return;
    event.preventDefault();
    if (this.busy && !this.stopped) return;
    this.running = Promise.resolve(this.running).then(() => this.send(file)); // after one that was just called off
  }

  wait(time) {
    return new Promise((done) => {
      this.wake = done;
      setTimeout(done, time);
      window.addEventListener("online", done, { once: true });
    });
  }

  goesOn(file) {
    const kept = this.kept;
    return kept && kept.name === file.name && kept.size === file.size && kept.changed === file.lastModified;
  }

  // After a reload the browser has forgotten the file: the same one is asked for.
  async offer() {
    const kept = this.kept;
    if (!kept) return;
    try {
      const at = await this.offset(kept.url);
      this.show(at, kept.size);
      this.stop.hidden = false;
      this.say(`Tệp “${kept.name}” đang tải dở (${percent(at, kept.size)}). Chọn lại đúng tệp này rồi bấm nút để tải tiếp.`, "late");
    } catch (error) {
      if (error instanceof Refused) this.keep(null);
    }
  }

  show(done, whole) {
    this.bar.hidden = false;
    this.bar.value = Math.floor((done / whole) * 100);
  }

  async ask(method, url, headers = {}, body = undefined) {
    const token = this.form.elements.namedItem("csrf_token").value;
    const options = { method, body, headers: { ...version, ...headers, Accept: "application/json", "X-Csrf-Token": token }, credentials: "same-origin" };
    let answer = await fetch(url, options);
    if (answer.status === 401) {
      await fetch(this.box.dataset.renew, { credentials: "same-origin" }); // the session gives a new token, if it still stands
      answer = await fetch(url, options);
    }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 460) throw new Error(`${answer.status}`);
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      if (told.code === "tus_offset") return answer;
      throw new Refused(answer.status === 401 ? "Bạn đã hết phiên đăng nhập. Hãy đăng nhập lại ở một thẻ khác rồi bấm nút lần nữa." : told.message ?? "Lần tải này đã kết thúc. Hãy chọn lại tệp.");
    }
    return answer;
  }

  async offset(url) {
    return Number((await this.ask("HEAD", url)).headers.get("Upload-Offset"));
  }

  async begin(file) {
    const about = `filename ${inBase64(file.name)}${this.purpose && `,purpose ${inBase64(this.purpose)}`}`;
    const answer = await this.ask("POST", this.box.dataset.upload, { "Upload-Length": `${file.size}`, "Upload-Metadata": about });
    this.keep({ url: answer.headers.get("Location"), name: file.name, size: file.size, changed: file.lastModified });
    return 0;
  }

  async send(file) {
    this.busy = true;
    this.stopped = false;
    this.stop.hidden = false;
    this.button.setAttribute("aria-busy", "true");
    let at, failed = 0;
    while (!this.stopped) {
      try {
        if (at === undefined) at = this.goesOn(file) ? await this.offset(this.kept.url) : await this.begin(file);
        this.show(at, file.size);
        this.say(`Đang tải “${file.name}”: ${percent(at, file.size)}`);
        const answer = await this.piece(file, at);
        failed = 0;
        if (answer.headers.get("Entry-File")) return this.done(answer);
        at = answer.status === 409 ? undefined : Number(answer.headers.get("Upload-Offset"));
      } catch (error) {
        if (this.stopped) break;
        if (error instanceof Refused) return this.refused(error);
        this.say(`Mất kết nối khi tải “${file.name}”${at ? ` (${percent(at, file.size)})` : ""} – sẽ tự tải tiếp.`, "late");
        await this.wait(pauses[Math.min(failed, pauses.length - 1)]);
        failed += 1;
        at = undefined;
      }
    }
    this.rest();
  }

  // The last piece changes the entry, so nothing else may be saved at that moment.
  async piece(file, at) {
    const body = file.slice(at, at + pieceBytes);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": `${at}` };
    const draft = this.form.draft;
    if (at + body.size < file.size || !draft) return this.ask("PATCH", this.kept.url, headers, body);
    this.say(`Đã tải xong “${file.name}”, máy chủ đang kiểm tra tệp…`);
    if (draft.unsaved) await draft.save();
    while (draft.busy) await new Promise((done) => setTimeout(done, 50));
    draft.busy = true;
    try {
      const answer = await this.ask("PATCH", this.kept.url, headers, body);
      draft.version(answer.headers.get("Entry-Version") ?? undefined);
      return answer;
    } finally {
      draft.busy = false;
    }
  }

  async done() {
    this.keep(null);
    this.show(1, 1);
    this.say("Đã thêm tệp. Đang mở lại trang…", "done");
    const draft = this.form.draft;
    if (draft?.unsaved) await draft.save();
    if (draft?.unsaved) return this.say("Đã thêm tệp. Nội dung vừa viết chưa lưu được; hãy bấm “Lưu nháp”.", "late");
    const page = this.box.dataset.page ?? window.location.pathname; // reloading the answer to a refused form would send that form again
    const place = this.purpose ? "giay-cu" : "tep";
    if (window.location.pathname !== page) return window.location.assign(`${page}#${place}`);
    window.location.hash = place;
    window.location.reload();
  }

  refused(error) {
    this.keep(null);
    this.bar.hidden = true;
    this.say(error.message, "late");
    this.rest();
    this.field.focus();
  }

  rest() {
    this.busy = false;
    this.stop.hidden = true;
    this.button.removeAttribute("aria-busy");
  }

  async callOff() {
    const kept = this.kept;
    this.stopped = true;
    this.wake?.();
    this.keep(null);
    this.bar.hidden = true;
    this.stop.hidden = true;
    this.field.value = "";
    this.say("Đã bỏ tệp đang tải.");
    if (kept) await this.ask("DELETE", kept.url).catch(() => {}); // else it expires by itself
  }
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-upload]")) box.upload ??= new Upload(box);
}
