// For other sites: a button, and the frame with the chat. Styles are set one by one, so that a strict policy of the site is
// enough; nothing is read from its page, and nothing is kept in its storage.

type Words = { open: string; close: string; title: string; unread: string };

(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (!script || document.querySelector("[data-aftercare-chat]")) return;
  const ours = new URL(script.src).origin;
  const words = "__WORDS__" as unknown as Record<string, Words>;
  const lang = (script.dataset.lang ?? document.documentElement.lang ?? "").toLowerCase().startsWith("en") ? "en" : "zh-CN";
  const say = words[lang] as Words;
  const colour = script.dataset.colour ?? "#2f5fd0";
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const style = (el: HTMLElement, all: Record<string, string>) => {
    for (const [name, value] of Object.entries(all)) el.style.setProperty(name, value);
  };
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.aftercareChat = "";
  button.textContent = say.open;
  button.setAttribute("aria-expanded", "false");
  style(button, {
    position: "fixed", right: "20px", bottom: "20px", "z-index": "2147483000", border: "0", "border-radius": "24px", cursor: "pointer",
    padding: "0 20px", height: "48px", "min-width": "48px", font: "600 15px/48px system-ui, sans-serif", color: "#fff", background: colour,
    "box-shadow": "0 4px 16px rgba(0, 0, 0, .22)",
  });
  const badge = document.createElement("span");
  badge.hidden = true;
  style(badge, {
    position: "absolute", top: "-6px", right: "-4px", "min-width": "20px", height: "20px", "border-radius": "10px", padding: "0 6px",
    "box-sizing": "border-box", background: "#b3261e", color: "#fff", font: "600 12px/20px system-ui, sans-serif", "text-align": "center",
  });
  button.append(badge);

  let frame: HTMLIFrameElement | null = null;
  let open = false;
  const phone = matchMedia("(max-width: 480px)");

  function made(): HTMLIFrameElement {
    const el = document.createElement("iframe");
    el.title = say.title;
    el.src = `${ours}/chat/frame?origin=${encodeURIComponent(location.origin)}&lang=${lang}`;
    el.allow = "clipboard-write";
    el.addEventListener("load", () => tell());
    document.body.append(el);
    return el;
  }
  function lay(el: HTMLIFrameElement): void {
    style(el, {
      position: "fixed", "z-index": "2147483001", border: "0", background: "Canvas", "color-scheme": "normal", display: open ? "block" : "none",
      "box-shadow": "0 8px 32px rgba(0, 0, 0, .24)", transition: still ? "none" : "opacity .12s",
      ...(phone.matches
        ? { inset: "0", width: "100%", height: "100%", "border-radius": "0" }
        : { inset: "auto 20px 80px auto", width: "380px", height: "min(620px, calc(100vh - 100px))", "border-radius": "12px" }),
    });
  }
  function tell(): void {
    frame?.contentWindow?.postMessage({ aftercare: { shown: open } }, ours);
  }
  function turn(to: boolean): void {
    open = to;
    if (open) frame ??= made();
    if (frame) lay(frame);
    button.setAttribute("aria-expanded", String(open));
    button.firstChild!.nodeValue = open ? say.close : say.open;
    tell();
    if (open) frame?.focus();
    else button.focus();
  }
  button.addEventListener("click", () => turn(!open));
  phone.addEventListener("change", () => frame && lay(frame));
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== ours) return;
    const word = (event.data as { aftercare?: { close?: boolean; unread?: number } } | null)?.aftercare;
    if (word?.close && open) turn(false);
    if (typeof word?.unread === "number") {
      badge.hidden = word.unread === 0 || open;
      badge.textContent = String(word.unread);
      badge.setAttribute("aria-label", say.unread.replace("{n}", String(word.unread)));
    }
  });
  const put = () => document.body.append(button);
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
})();
