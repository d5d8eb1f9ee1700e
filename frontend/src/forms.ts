// Verbs are sent without leaving the page: if one is refused, the toast says why and what was typed stays.
export function forms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (!form.closest(".case, [data-keeps]")) return;
    event.preventDefault();
    void send(form, event.submitter as HTMLButtonElement | null);
  });
}

async function send(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  const body = new URLSearchParams();
  new FormData(form, button).forEach((value, name) => typeof value === "string" && body.append(name, value));
  if (button) button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "hx-request": "true" } });
    const to = answer.headers.get("hx-redirect");
    if (to) {
      form.dispatchEvent(new CustomEvent("sent"));
      location.assign(to);
      return;
    }
    show(await answer.text());
  } catch {
    document.getElementById("offline")?.removeAttribute("hidden");
  }
  if (button) button.disabled = false;
}

/** A toast, or something that asks for a decision: then it is a dialog. */
function show(html: string): void {
  const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!part) return;
  if (!part.matches("[data-dialog]")) {
    document.getElementById("toasts")?.append(part);
    return;
  }
  document.querySelectorAll("dialog.asks").forEach((old) => old.remove());
  const dialog = document.createElement("dialog");
  dialog.className = "asks";
  dialog.append(part);
  document.body.append(dialog);
  dialog.showModal();
}
