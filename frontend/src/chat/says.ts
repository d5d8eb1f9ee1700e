// Lines of a chat as both sides see them. Whatever somebody wrote becomes text, never markup.

export interface Line {
  seq: number;
  side: "visitor" | "staff" | "house";
  who?: string;
  kind: "text" | "file" | "said";
  text: string;
  file?: string;
  picture?: boolean;
  sent_id?: string;
  at: string;
  /** The time of day where it is not the reader's own that counts. */
  clock?: string;
}

export interface Manner {
  /** How the reader's own lines are headed. */
  own: "visitor" | "staff";
  /** What a line says that tells what happened. */
  said(word: string): string;
  /** Shows a file: a picture, or a way to get it. */
  file(line: Line): Node;
}

const ADDRESS = /https?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uff20]+/g;

/** Text in which addresses of pages can be followed; nothing else becomes a link. */
export function linked(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]}]+$/, "");
    const link = document.createElement("a");
    try {
      link.href = new URL(address).href;
    } catch {
      continue;
    }
    link.textContent = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    out.append(text.slice(from, match.index), link);
    from = match.index + address.length;
  }
  out.append(text.slice(from));
  return out;
}

/** Writes the time of day where only the instant stands. */
export function timed(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (time.textContent || Number.isNaN(at.getTime())) continue;
    const today = at.toDateString() === new Date().toDateString();
    const day: Intl.DateTimeFormatOptions = today ? {} : { month: "2-digit", day: "2-digit" };
    time.textContent = at.toLocaleString(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit" });
    time.title = at.toLocaleString(document.documentElement.lang);
  }
}

/** A line. */
export function shown(line: Line, manner: Manner): HTMLLIElement {
  const item = document.createElement("li");
  item.className = `say say-${line.side}${line.side === manner.own ? " say-own" : ""}`;
  item.dataset.seq = String(line.seq);
  const head = document.createElement("p");
  const time = document.createElement("time");
  time.dateTime = line.at;
  time.textContent = line.clock ?? "";
  if (line.kind === "said") {
    head.className = "say-house";
    head.append(`${line.who ? `${line.who} · ` : ""}${manner.said(line.text)} `, time);
    item.append(head);
  } else {
    head.className = "say-who";
    head.append(`${line.who ?? ""} `, time);
    const body = document.createElement("div");
    body.className = "say-text";
    body.append(line.kind === "file" ? manner.file(line) : linked(line.text));
    item.append(head, body);
  }
  timed(item);
  return item;
}

/** Is the list scrolled to its end? */
export function atEnd(list: HTMLElement): boolean {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 60;
}

/** A name for a line, by which it is known again when it is sent again. */
export function sentId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
