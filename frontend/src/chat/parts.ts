// Small parts of the visitor's page, made without markup.

type Child = Node | string | null | false | undefined;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (typeof value === "string") made.setAttribute(key, value);
  }
  made.append(...children.filter((c): c is Node | string => c !== null && c !== false && c !== undefined));
  return made;
}

export function button(text: string, act: () => void, look = "btn"): HTMLButtonElement {
  const made = el("button", { type: "button", class: look }, text);
  made.addEventListener("click", act);
  return made;
}

export interface Boot {
  desk: string;
  origin: string;
  locale: string;
  there: "now" | "off" | "closed" | "nobody";
  again: string | null;
  promised: string | null;
  products: { id: string; name: string }[];
  customer: { id: string; name: string; cases: { number: string; title: string }[]; product: string; version: string } | null;
  max: { text: number; name: number; fact: number; file: number };
  words: Record<string, string>;
}

export const boot = JSON.parse(document.body.dataset.boot ?? "{}") as Boot;

/** A text, with its places filled in. */
export function w(key: string, places: Record<string, string | number> = {}): string {
  const text = boot.words[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(places[name] ?? all));
}
