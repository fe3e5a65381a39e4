// Says that a file is too large before it is sent. The server checks again.
const number = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });
const megabytes = (bytes) => `${number.format(bytes / 1048576)} MB`;

function watch(field) {
  const limit = Number(field.dataset.maxBytes);
  field.addEventListener("change", () => {
    const large = [...field.files].find((file) => file.size > limit);
    field.setCustomValidity(large ? `Tệp “${large.name}” nặng ${megabytes(large.size)}, quá mức ${megabytes(limit)}. Hãy chọn tệp nhỏ hơn.` : "");
    field.reportValidity();
  });
}

export function start(root) {
  root.querySelectorAll("input[type=file][data-max-bytes]").forEach(watch);
}
