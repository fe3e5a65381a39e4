// Passkeys: <form data-passkey="make|use" data-passkey-options="/…/thach-thuc">. The server's challenge is fetched when the
// button is pressed, the browser makes or uses a key, and the form goes with the answer in its hidden `credential`.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const described = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

const reasons = {
  NotAllowedError: "Chưa xong: bạn đã đóng cửa sổ hỏi khóa, hoặc máy chờ quá lâu. Hãy bấm lại khi sẵn sàng.",
  InvalidStateError: "Máy này đã có khóa cho tài khoản của bạn.",
  SecurityError: "Trình duyệt không cho dùng khóa ở địa chỉ này.",
  NotSupportedError: "Máy này không tạo được loại khóa cần dùng.",
};

async function make(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: described(options.excludeCredentials) };
  const key = await navigator.credentials.create({ publicKey });
  return { key, response: { attestationObject: text(key.response.attestationObject), transports: key.response.getTransports?.() ?? [] } };
}

async function use(options) {
  const key = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) } });
  const { authenticatorData, signature, userHandle } = key.response;
  return { key, response: { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: userHandle && text(userHandle) } };
}

async function fill(form) {
  const answer = await fetch(form.dataset.passkeyOptions, { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json" }, body: "{}" });
  const options = await answer.json();
  if (!answer.ok) throw new Error(options.message);
  const { key, response } = await (form.dataset.passkey === "make" ? make : use)(options);
  response.clientDataJSON = text(key.response.clientDataJSON);
  form.elements.credential.value = JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
}

function prepare(form) {
  if (form.dataset.passkeyReady || !window.PublicKeyCredential) return;
  form.dataset.passkeyReady = "yes";
  form.querySelector("[data-passkey-without]").hidden = true;
  form.querySelector("[data-passkey-with]").hidden = false;
  const says = form.querySelector("[data-passkey-says]");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    // A key is made on the device before the server sees its name: an empty one must not leave a key nobody knows.
    const name = form.elements.name;
    if (name && !name.value.trim()) {
      says.textContent = "Hãy đặt tên cho khóa trước.";
      name.focus();
      return;
    }
    busy = true;
    says.textContent = "Hãy làm theo hướng dẫn của máy…";
    try {
      await fill(form);
      form.submit();
    } catch (error) {
      says.textContent = reasons[error.name] ?? (error.message || "Không dùng được khóa. Hãy thử lại.");
    }
    busy = false;
  });
}

export function start(root) {
  root.querySelectorAll("form[data-passkey]").forEach(prepare);
}
