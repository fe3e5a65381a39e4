// Puts the number of unread notices beside “Hộp thư”. A sign-in that is over, or a service that is away, shows nothing.
export async function start(root) {
  const place = root.querySelector("[data-inbox]");
  if (!place || place.childElementCount) return;
  try {
    const answer = await fetch(place.dataset.inbox, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const count = part.querySelector(".sk-account__count");
    if (count) place.append(count);
  } catch {
    // Nothing to show.
  }
}
