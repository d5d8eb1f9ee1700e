// Browser push: this browser subscribes with its push service and tells the desk, or the other way round. Without a service
// worker (no https) or without a push service the page says so.
const bytes = (key: string) => Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (key: ArrayBuffer | null) =>
  btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** What tells this browser apart in the list, as the desk keeps it. */
async function hash(endpoint: string): Promise<string> {
  return text(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
}

function device(): string {
  const [, system = ""] = /\(([^;)]+)/.exec(navigator.userAgent) ?? [];
  const [, browser = ""] = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(navigator.userAgent) ?? [];
  return [browser.replace("Edg", "Edge").replace("OPR", "Opera"), system].filter(Boolean).join(" · ");
}

export async function push(): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-push-key]");
  if (!place) return;
  const part = (name: string) => place.querySelector<HTMLElement>(`[data-push-${name}]`);
  const show = (name: string) => ["none", "on", "off"].forEach((n) => part(n)?.toggleAttribute("hidden", n !== name));
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return show("none");
  const registration = await navigator.serviceWorker.register("/push-worker.js");
  const kept = await registration.pushManager.getSubscription();
  const known = kept ? place.querySelector<HTMLFormElement>(`form[data-browser="${CSS.escape(await hash(kept.endpoint))}"]`) : null;
  known?.parentElement?.querySelector("[data-push-this]")?.removeAttribute("hidden");
  known?.addEventListener("submit", () => void kept?.unsubscribe());
  show(known ? "off" : "on");
  part("on")?.addEventListener("click", async () => {
    try {
      await navigator.serviceWorker.ready;
      const key = bytes(place.dataset.pushKey ?? "");
      const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      const form = place.querySelector<HTMLFormElement>("form[data-push-form]");
      if (!form) return;
      const said = { endpoint: made.endpoint, key: text(made.getKey("p256dh")), auth: text(made.getKey("auth")), device: device() };
      for (const [name, value] of Object.entries(said)) form.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value;
      form.submit();
    } catch {
      part("refused")?.removeAttribute("hidden");
    }
  });
}
